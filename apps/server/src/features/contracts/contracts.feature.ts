import { type BuildId, refuse } from '@almanac/domain';
import type { Kysely } from 'kysely';
import type { Feature } from '#platform/feature';
import { read } from '#platform/http';
import type { Tables } from '#tables';
import { readBuildContracts } from './build-contracts.view.ts';
import { collectContracts } from './collect-contracts.ts';
import { readContractChanges } from './contract-changes.view.ts';

export const contractsFeature: Feature = {
  name: 'contracts',
  periodics: [
    {
      name: 'collect-contracts',
      everyMs: 3_600_000,
      run: async ({ db }) => {
        await collectContracts(db);
      },
    },
  ],
  endpoints: [
    read('getBuildContracts', async ({ db, access }, { params }) => {
      await refuseMissing(db, params.build);
      return readBuildContracts(db, { build: params.build, scope: access.scopeOf('list') });
    }),
    read('compareBuildContracts', async ({ db }, { params, query }) => {
      for (const build of [params.build, query.since]) await refuseMissing(db, build);
      return readContractChanges(db, { from: query.since, to: params.build });
    }),
  ],
};

async function refuseMissing(db: Kysely<Tables>, build: BuildId): Promise<void> {
  const found = await db.selectFrom('builds').select('id').where('id', '=', build).executeTakeFirst();
  if (found === undefined) refuse('not-found', `there is no build ${build}`);
}
