import type { Feature } from '#platform/feature';
import { allowListEndpoints } from './allow-lists.routes.ts';
import { endTrial } from './put-in-force.ts';

const system = { kind: 'system', name: 'server' } as const;

/** From where requests come in, roles count, and environments may be changed. */
export const allowListsFeature: Feature = {
  name: 'allow-lists',
  endpoints: allowListEndpoints,
  periodics: [
    {
      // Lists that shut everybody out give way although nobody can ask for it.
      name: 'end-trial-of-allow-lists',
      everyMs: 2000,
      run: async ({ db, inTransaction }) => {
        const trial = await db.selectFrom('allowLists').select('id').where('trialEndsAt', 'is not', null).execute();
        if (trial.length > 0) await inTransaction({ actor: system, action: 'allow-lists-not-confirmed' }, endTrial);
      },
    },
  ],
};
