import { type EnvironmentId, type EnvironmentState, stateAt } from '@almanac/domain';
import type { Periodic } from '#platform/feature';
import type { CommandContext } from '#platform/http';
import type { SnapshotRow } from './history.tables.ts';
import { lockHistory } from './lock-history.ts';
import { changeRows, readSnapshot, toChange } from './read-state.ts';

/** So many entries are folded at most for the state at a moment, or half as many as the environment has applications. */
const fewestBetween = 250;
/** Snapshots that one pass writes in one transaction: what is there before the first pass is worked off bit by bit. */
const mostInOnePass = 20;

/**
 * Writes snapshots of environments whose history has grown. At least half as many entries as an environment has
 * applications lie between two of them, so that snapshots take about as much room as the entries themselves.
 */
export const snapshotHistory: Periodic = {
  name: 'snapshot-history',
  everyMs: 30_000,
  run: async ({ db, inTransaction, signal }) => {
    const environments = await db.selectFrom('environments').select('id').execute();
    for (const { id } of environments) {
      for (let more = true; more && !signal.aborted; )
        more = await inTransaction({ actor: { kind: 'system', name: 'history' }, action: null }, (context) =>
          takeSnapshots(context, id),
        );
    }
  },
};

/** Says whether there may be more to do. */
export async function takeSnapshots(context: CommandContext, environment: EnvironmentId): Promise<boolean> {
  const { db } = context;
  await lockHistory(db, environment);
  let snapshot = await readSnapshot(db, { environment });
  for (let taken = 0; taken < mostInOnePass; taken += 1) {
    const apart = Math.max(fewestBetween, Math.ceil((snapshot?.state.size ?? 0) / 2));
    const since = snapshot;
    const last = await changeRows(db, environment)
      .$if(since !== null, (each) => each.where('at', '>', new Date(since?.at ?? 0)))
      .offset(apart - 1)
      .limit(1)
      .executeTakeFirst();
    if (last === undefined) return false;
    // All entries of one transaction have one time: they are in the snapshot together.
    const rows = await changeRows(db, environment)
      .where('at', '<=', new Date(Math.round(last.atMs)))
      .$if(since !== null, (each) => each.where('at', '>', new Date(since?.at ?? 0)))
      .execute();
    const moment = Math.round(last.atMs);
    const state: EnvironmentState = stateAt({ snapshot, changes: rows.map(toChange), moment });
    const running = [...state].map(([application, each]): SnapshotRow => [application, each.build, each.settings]);
    await db
      .insertInto('historySnapshots')
      .values({ environmentId: environment, at: new Date(moment), running: JSON.stringify(running) })
      .execute();
    snapshot = { at: moment, state };
  }
  return true;
}
