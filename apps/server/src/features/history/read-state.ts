import {
  type ApplicationId,
  type BuildId,
  type EnvironmentId,
  type EnvironmentState,
  type HistoryChange,
  type InForce,
  outcomeOf,
  type StateSnapshot,
  stateAt,
} from '@almanac/domain';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '#tables';

/** What an environment should run now: the tables of the present are the truth. */
export async function readStateNow(db: Kysely<Tables>, environment: EnvironmentId): Promise<EnvironmentState> {
  const rows = await db
    .selectFrom('targets')
    .select(['applicationId', 'buildId', 'settingsHash'])
    .where('environmentId', '=', environment)
    .execute();
  return new Map(rows.map((row) => [row.applicationId, { build: row.buildId, settings: row.settingsHash }]));
}

/** What an environment ran at a moment: the snapshot before it, and the entries since. */
export async function readStateAt(
  db: Kysely<Tables>,
  input: { readonly environment: EnvironmentId; readonly moment: Date },
): Promise<EnvironmentState> {
  const { environment, moment } = input;
  const snapshot = await readSnapshot(db, input);
  const rows = await changeRows(db, environment)
    .where('at', '<=', moment)
    .$if(snapshot !== null, (each) => each.where('at', '>', new Date(snapshot?.at ?? 0)))
    .execute();
  return stateAt({ snapshot, changes: rows.map(toChange), moment: moment.getTime() });
}

/** What one application was at a moment; null where it was not there. */
export async function readApplicationAt(
  db: Kysely<Tables>,
  input: { readonly environment: EnvironmentId; readonly application: ApplicationId; readonly moment: Date },
): Promise<InForce | null> {
  const last = await historyRows(db)
    .where('environmentId', '=', input.environment)
    .where('applicationId', '=', input.application)
    .where('at', '<=', input.moment)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return last === undefined ? null : outcomeOf(toChange(last));
}

/** The newest snapshot that is not of after a moment; the newest of all without one. */
export async function readSnapshot(
  db: Kysely<Tables>,
  input: { readonly environment: EnvironmentId; readonly moment?: Date },
): Promise<StateSnapshot | null> {
  const row = await db
    .selectFrom('historySnapshots')
    .select(['at', 'running'])
    .where('environmentId', '=', input.environment)
    .$if(input.moment !== undefined, (each) => each.where('at', '<=', input.moment ?? new Date(0)))
    .orderBy('at', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (row === undefined) return null;
  return {
    at: row.at.getTime(),
    state: new Map(row.running.map(([application, build, settings]) => [application, { build, settings }])),
  };
}

/** Entries of an environment in the order in which they were written, with what the domain folds. */
export function changeRows(db: Kysely<Tables>, environment: EnvironmentId) {
  return historyRows(db).where('environmentId', '=', environment).orderBy('at').orderBy('id');
}

function historyRows(db: Kysely<Tables>) {
  return db.selectFrom('history').select([
    // A number costs less to read than a date, of which there are as many as entries.
    sql<number>`extract(epoch from at)::float8 * 1000`.as('atMs'),
    'applicationId',
    'kind',
    'beforeBuildId',
    'beforeSettings',
    'afterBuildId',
    'afterSettings',
  ]);
}

export function toChange(row: {
  readonly atMs: number;
  readonly applicationId: ApplicationId;
  readonly kind: HistoryChange['kind'];
  readonly beforeBuildId: BuildId | null;
  readonly beforeSettings: string | null;
  readonly afterBuildId: BuildId | null;
  readonly afterSettings: string | null;
}): HistoryChange {
  return {
    at: Math.round(row.atMs),
    application: row.applicationId,
    kind: row.kind,
    before: inForce(row.beforeBuildId, row.beforeSettings),
    after: inForce(row.afterBuildId, row.afterSettings),
  };
}

function inForce(build: BuildId | null, settings: string | null): InForce | null {
  return build === null ? null : { build, settings };
}
