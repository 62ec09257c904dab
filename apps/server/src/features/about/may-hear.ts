import {
  type AccessScope,
  type ApplicationId,
  type EnvironmentId,
  type GovernedApplication,
  isApplicationInScope,
  isInScope,
  type Right,
} from '@almanac/domain';
import { type Kysely, sql } from 'kysely';
import type { FeedEvent } from '#platform/events';
import type { Tables } from '#tables';

/** What an event is about, as far as it depends on that who may hear of it. */
interface EventPlace {
  readonly environment: EnvironmentId | null;
  readonly applications: readonly GovernedApplication[];
}

/** Whoever listens to events. */
export interface Listener {
  readonly scope: AccessScope;
  readonly rights: readonly Right[];
}

/** Whether somebody may hear of an event: everything that it is about lies in their scope. */
export type MayHear = (event: FeedEvent, listener: Listener) => boolean | Promise<boolean>;

/** So many are remembered: all who listen ask for the same event at the same time. */
const mostKept = 500;

/** Events that belong to a right of the installation instead of a place. */
const rightOf: Readonly<Partial<Record<FeedEvent['kind'], Right>>> = {
  'inspection-changed': 'create-applications',
  'notification-changed': 'manage-installation',
  'identity-provider-changed': 'manage-installation',
  'allow-lists-changed': 'manage-installation',
  'signing-keys-changed': 'manage-installation',
};

/** Each event is looked up once, however many listen, and never for those who see everything. */
export function createMayHear(db: Kysely<Tables>): MayHear {
  const found = new Map<number, Promise<EventPlace | undefined>>();
  const placeOf = (event: FeedEvent) => {
    const known = found.get(event.position);
    if (known !== undefined) return known;
    const looking = locate(db, event);
    found.set(event.position, looking);
    // What could not be read is looked for again by whoever asks next.
    looking.catch(() => found.delete(event.position));
    for (const position of found.keys()) {
      if (found.size <= mostKept) break;
      found.delete(position);
    }
    return looking;
  };
  return (event, { scope, rights }) => {
    const right = rightOf[event.kind];
    if (right !== undefined) return rights.includes(right);
    return scope.kind === 'everything' || placeOf(event).then((place) => place !== undefined && isWithin(scope, place));
  };
}

/** Undefined where what it was about is gone: only who sees everything hears of that. */
async function locate(db: Kysely<Tables>, { subject }: FeedEvent): Promise<EventPlace | undefined> {
  const { plan, build, job, release, hotfix, site, application, environment } = subject;
  const { rows } = await sql<{ environment: EnvironmentId | null; applications: readonly ApplicationId[] | null }>`
    ${
      plan !== undefined
        ? sql`select environment_id as environment, application_ids as applications from plans where id = ${plan}::uuid`
        : hotfix !== undefined
          ? sql`select environment_id as environment, array[application_id] as applications from hotfixes where id = ${hotfix}::uuid`
          : build !== undefined && application === undefined
            ? sql`select null::uuid as environment, array[application_id] as applications from builds where id = ${build}::uuid`
            : job !== undefined && application === undefined
              ? sql`select null::uuid as environment, array[application_id] as applications from jobs where id = ${job}::uuid`
              : release !== undefined
                ? sql`select null::uuid as environment, (select array_agg(application_id) from release_versions where release_id = ${release}::uuid) as applications`
                : site !== undefined && environment === undefined
                  ? sql`select environment_id as environment, null::uuid[] as applications from sites where id = ${site}::uuid`
                  : sql`select ${environment ?? null}::uuid as environment, ${application === undefined ? null : [application]}::uuid[] as applications`
    }`.execute(db);
  const [row] = rows;
  if (row === undefined) return undefined;
  const ids = (row.applications ?? []).filter((each) => each !== null);
  const known =
    ids.length === 0
      ? []
      : await db.selectFrom('applications').select(['id', 'teamId as team']).where('id', 'in', ids).execute();
  // A part of what it is about is gone, and with it who may hear of that.
  if (known.length < new Set(ids).size || (release !== undefined && ids.length === 0)) return undefined;
  return { environment: row.environment, applications: known };
}

function isWithin(scope: AccessScope, { environment, applications }: EventPlace): boolean {
  if (environment === null) return applications.every((application) => isApplicationInScope(scope, application));
  if (applications.length === 0) return isInScope(scope, { environment, application: null });
  return applications.every((application) => isInScope(scope, { environment, application }));
}
