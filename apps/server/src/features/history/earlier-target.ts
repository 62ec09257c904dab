import { type ApplicationId, type EnvironmentId, type InForce, type PinnedSettings, refuse } from '@almanac/domain';
import type { Kysely } from 'kysely';
import type { Tables } from '#tables';
import { readApplicationAt } from './read-state.ts';

/** What an application was, with the settings that were pinned then; null where that is not known any more. */
export interface EarlierTarget {
  readonly build: InForce['build'];
  readonly settings: PinnedSettings | null;
}

/** What an application was in an environment at a moment. */
export async function findEarlierTarget(
  db: Kysely<Tables>,
  input: {
    readonly environment: EnvironmentId;
    readonly application: ApplicationId;
    readonly name: string;
    readonly moment: Date;
  },
): Promise<EarlierTarget> {
  const { moment } = input;
  const then = await readApplicationAt(db, input);
  if (then === null) return refuse('nothing-to-do', `${input.name} did not run there at ${moment.toISOString()}`);
  return { build: then.build, settings: await findPinnedSettings(db, then.settings) };
}

/** Settings as they were pinned; null where an entry of long ago does not say. */
async function findPinnedSettings(db: Kysely<Tables>, hash: string | null): Promise<PinnedSettings | null> {
  if (hash === null) return null;
  const row = await db.selectFrom('pinnedSettings').select('settings').where('hash', '=', hash).executeTakeFirst();
  return row?.settings ?? null;
}
