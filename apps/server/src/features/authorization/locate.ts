import type {
  AccessObject,
  ApplicationId,
  Capability,
  EnvironmentId,
  EnvironmentType,
  GovernedApplication,
  TeamId,
} from '@almanac/domain';
import { refuse } from '@almanac/domain';
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { LateQuestion } from '#platform/http';
import type { Tables } from '#tables';

/** Something that a request names, as far as rights depend on it. */
export interface Located {
  readonly object: AccessObject;
  /** For whoever may know of it. */
  readonly words: string;
  /** What is said to whoever may not: the same words as of what is not there. Null where they know of it already. */
  readonly absent: string | null;
  /** Another capability than the one that is asked for otherwise. */
  readonly asks?: Capability;
}

/**
 * What is found one after the other: each is asked for before the next one is looked for, so that an answer never says what
 * there is behind something that whoever asks may not list.
 */
export type Locating = AsyncGenerator<Located>;

interface Environment {
  readonly id: EnvironmentId;
  readonly name: string;
  readonly type: EnvironmentType;
}
interface Application extends GovernedApplication {
  readonly name: string;
}

const isKey = (reference: string) => z.uuid().safeParse(reference).success;
const missing = (noun: string, reference: string) => `there is no ${noun} ${reference}`;

export async function environmentAt(db: Kysely<Tables>, reference: string): Promise<Environment> {
  const found = await db
    .selectFrom('environments')
    .select(['id', 'name', 'type'])
    .where((where) => where(isKey(reference) ? 'id' : 'name', '=', reference as never))
    .executeTakeFirst();
  return found ?? refuse('not-found', missing('environment', reference));
}

export async function applicationAt(db: Kysely<Tables>, reference: string): Promise<Application> {
  const found = await db
    .selectFrom('applications')
    .select(['id', 'name', 'teamId as team'])
    .where((where) => where(isKey(reference) ? 'id' : 'name', '=', reference as never))
    .executeTakeFirst();
  return found ?? refuse('not-found', missing('application', reference));
}

/** Applications by their keys. One that was removed meanwhile belongs to no team: the default role speaks of it. */
async function governed(db: Kysely<Tables>, ids: readonly ApplicationId[]): Promise<readonly GovernedApplication[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .selectFrom('applications')
    .select(['id', 'teamId'])
    .where('id', 'in', [...ids])
    .execute();
  const teams = new Map(rows.map((row) => [row.id, row.teamId]));
  return ids.map((id) => ({ id, team: teams.get(id) ?? null }));
}

/** An environment that something else is in: whoever may not list it hears nothing of what is there. */
function around(environment: Environment, reference: string): Located {
  return {
    object: { kind: 'environment', environment },
    words: environment.name,
    absent: missing('environment', reference),
    asks: 'list',
  };
}

function applicationIn(
  environment: Environment,
  application: Application,
  absent: string | null = missing('application', application.name),
): Located {
  return {
    object: { kind: 'in-environment', environment, applications: [application] },
    words: `${application.name} in ${environment.name}`,
    absent,
  };
}

export async function* locateEnvironment(db: Kysely<Tables>, reference: string): Locating {
  const environment = await environmentAt(db, reference);
  const absent = missing('environment', reference);
  yield { object: { kind: 'environment', environment }, words: environment.name, absent };
}

export async function* locateApplication(db: Kysely<Tables>, reference: string, where: 'some' | 'every'): Locating {
  const application = await applicationAt(db, reference);
  yield {
    object: { kind: 'application', application, in: where },
    words: `${application.name} in ${where === 'some' ? 'any' : 'every'} environment`,
    absent: missing('application', reference),
  };
}

export async function* locatePlace(
  db: Kysely<Tables>,
  given: { readonly environment: string; readonly application: string },
): Locating {
  const environment = await environmentAt(db, given.environment);
  yield around(environment, given.environment);
  const application = await applicationAt(db, given.application);
  yield applicationIn(environment, application, missing('application', given.application));
}

/** An application that a list names, and where its build comes from when that is another place. */
export interface NamedOperation {
  readonly application: string;
  /** Said to stay as it is: whoever composes need only see it. */
  readonly stays?: boolean;
  readonly fromEnvironment?: string | undefined;
  readonly fromPlan?: string | undefined;
}

/** Each application that operations name; without any, the environment. */
export async function* locateOperations(
  db: Kysely<Tables>,
  given: {
    readonly environment: Environment;
    readonly reference: string;
    readonly operations: readonly NamedOperation[];
  },
): Locating {
  const { environment } = given;
  yield around(environment, given.reference);
  for (const each of given.operations) {
    const application = await applicationAt(db, each.application);
    const found = applicationIn(environment, application, missing('application', each.application));
    yield each.stays === true ? { ...found, asks: 'list' } : found;
    if (each.fromEnvironment !== undefined) {
      const from = await environmentAt(db, each.fromEnvironment);
      yield around(from, each.fromEnvironment);
      yield { ...applicationIn(from, application, null), asks: 'list' };
    }
    if (each.fromPlan !== undefined)
      for await (const plan of locatePlan(db, { plan: each.fromPlan, elsewhere: undefined }))
        yield { ...plan, asks: 'list' };
  }
}

export async function* locateSite(
  db: Kysely<Tables>,
  given: { readonly site: string; readonly application: string | undefined },
): Locating {
  const site = await db
    .selectFrom('sites')
    .innerJoin('environments', 'environments.id', 'sites.environmentId')
    .select(['sites.name as site', 'environments.id', 'environments.name', 'environments.type'])
    .where((where) => where(isKey(given.site) ? 'sites.id' : 'sites.name', '=', given.site as never))
    .executeTakeFirst();
  if (site === undefined) return refuse('not-found', missing('site', given.site));
  const { id, name, type } = site;
  const environment = { id, name, type };
  const found: Located = {
    object: { kind: 'environment', environment },
    words: `the site ${site.site} of ${name}`,
    absent: missing('site', given.site),
  };
  if (given.application === undefined) {
    yield found;
    return;
  }
  yield { ...found, asks: 'list' };
  const application = await applicationAt(db, given.application);
  yield applicationIn(environment, application, missing('application', given.application));
}

export async function* locateBuild(db: Kysely<Tables>, reference: string): Locating {
  const found = await db
    .selectFrom('builds')
    .innerJoin('applications', 'applications.id', 'builds.applicationId')
    .select(['applications.id', 'applications.name', 'applications.teamId as team'])
    .where('builds.id', '=', reference as never)
    .executeTakeFirst();
  if (found === undefined) return refuse('not-found', missing('build', reference));
  yield {
    object: { kind: 'application', application: found, in: 'some' },
    words: `${found.name} in any environment`,
    absent: missing('build', reference),
  };
}

/** Key or number. */
function byNumber(reference: string): { readonly key: string } | { readonly number: number } | undefined {
  if (isKey(reference)) return { key: reference };
  const number = Number(reference);
  return Number.isInteger(number) && number > 0 && number < 2 ** 31 ? { number } : undefined;
}

/** Where a plan is, and what it touches. */
export async function planAt(db: Kysely<Tables>, reference: string) {
  const by = byNumber(reference);
  if (by === undefined) return refuse('not-found', `${missing('plan', reference)}; a plan has a number`);
  const found = await db
    .selectFrom('plans')
    .innerJoin('environments', 'environments.id', 'plans.environmentId')
    .select(['plans.number', 'plans.applicationIds', 'environments.id', 'environments.name', 'environments.type'])
    .where((where) => ('key' in by ? where('plans.id', '=', by.key as never) : where('plans.number', '=', by.number)))
    .executeTakeFirst();
  if (found === undefined) return refuse('not-found', missing('plan', reference));
  const { id, name, type } = found;
  return { number: found.number, applicationIds: found.applicationIds, environment: { id, name, type } };
}

/** Everything that a plan touches, in its own environment or in another one. */
export async function* locatePlan(
  db: Kysely<Tables>,
  given: { readonly plan: string; readonly elsewhere: string | undefined },
): Locating {
  const plan = await planAt(db, given.plan);
  const applications = await governed(db, plan.applicationIds);
  const words = `everything in plan ${plan.number}`;
  const own: Located = {
    object: { kind: 'in-environment', environment: plan.environment, applications },
    words,
    absent: missing('plan', given.plan),
  };
  if (given.elsewhere === undefined) {
    yield own;
    return;
  }
  // That the plan itself may be listed is a question of its own.
  const environment = await environmentAt(db, given.elsewhere);
  yield around(environment, given.elsewhere);
  yield {
    object: { kind: 'in-environment', environment, applications },
    words: `${words}, in ${environment.name}`,
    absent: null,
  };
}

export async function* locateRelease(db: Kysely<Tables>, reference: string): Locating {
  const release = await db
    .selectFrom('releases')
    .select(['id', 'name'])
    .where((where) => where(isKey(reference) ? 'id' : 'name', '=', reference as never))
    .executeTakeFirst();
  if (release === undefined) return refuse('not-found', missing('release', reference));
  const held = await db
    .selectFrom('releaseVersions')
    .select('applicationId')
    .where('releaseId', '=', release.id)
    .orderBy('applicationName')
    .execute();
  const applications = await governed(
    db,
    held.map((each) => each.applicationId),
  );
  const found = { words: `everything in release ${release.name}`, absent: missing('release', reference) };
  // All of it may be listed, or nothing is said of it.
  for (const application of applications)
    yield { ...found, object: { kind: 'application', application, in: 'some' }, asks: 'list' };
  for (const application of applications) yield { ...found, object: { kind: 'application', application, in: 'some' } };
}

export async function* locateHotfix(db: Kysely<Tables>, reference: string): Locating {
  const hint = 'see almanac hotfix list';
  const by = byNumber(reference);
  if (by === undefined) return refuse('not-found', `${missing('hotfix', reference)}; a hotfix has a number, ${hint}`);
  const absent = `${missing('hotfix', reference)}; ${hint}`;
  const found = await db
    .selectFrom('hotfixes')
    .select(['applicationId', 'environmentId'])
    .where((where) => ('key' in by ? where('id', '=', by.key as never) : where('number', '=', by.number)))
    .executeTakeFirst();
  yield found === undefined ? refuse('not-found', absent) : await placeOf(db, found, absent);
}

export async function* locateHold(
  db: Kysely<Tables>,
  given: { readonly environment: string; readonly hold: string },
): Locating {
  const environment = await environmentAt(db, given.environment);
  yield around(environment, given.environment);
  const absent = `${environment.name} has no such hold; it was lifted already`;
  const found = await db
    .selectFrom('followingHolds')
    .select(['applicationId', 'environmentId'])
    .where('environmentId', '=', environment.id)
    .where('id', '=', given.hold)
    .executeTakeFirst();
  yield found === undefined ? refuse('not-found', absent) : await placeOf(db, found, absent);
}

async function placeOf(
  db: Kysely<Tables>,
  found: { readonly applicationId: ApplicationId; readonly environmentId: EnvironmentId },
  absent: string,
): Promise<Located> {
  const environment = await environmentAt(db, found.environmentId);
  return applicationIn(environment, await applicationAt(db, found.applicationId), absent);
}

/** A quarantine by its key, or by `application@version`. */
export async function* locateQuarantine(db: Kysely<Tables>, reference: string): Locating {
  const absent = missing('quarantine', reference);
  const [name = ''] = reference.split('@');
  const { rows } = await sql<{ id: ApplicationId; name: string; team: TeamId | null }>`
    select id, name, team_id as team from applications where ${
      isKey(reference)
        ? sql`id = (select application_id from quarantines where id = ${reference})`
        : sql`name = ${name} and ${reference.includes('@')}`
    }`.execute(db);
  const [application] = rows;
  if (application === undefined) return refuse('not-found', absent);
  yield {
    object: { kind: 'application', application, in: 'every' },
    words: `${application.name} in every environment`,
    absent,
  };
}

/** What turned out to be touched while a command ran. Whoever asks named none of it, so what is hidden stays without a name. */
export async function locateLate(db: Kysely<Tables>, question: LateQuestion): Promise<readonly Located[]> {
  const environment = await environmentAt(db, question.environment);
  const applications = await governed(db, question.applications);
  return [
    {
      object: { kind: 'in-environment', environment, applications },
      words: `everything that this would change in ${environment.name}`,
      absent: null,
    },
  ];
}
