import { argument, type CommandDefinition } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { tableLines } from '../../output/table.ts';
import { ago } from '../../output/words.ts';

export const listVersions: CommandDefinition = {
  usage: 'list <application>',
  summary: 'List the versions of an application, highest first',
  examples: ['almanac version list storefront'],
  run: async (session, input) => {
    const found = await session.client.listVersions({
      params: { application: argument(input, 0) },
      query: { limit: 50 },
    });
    session.show(found, () =>
      found.items.length === 0
        ? ['No version yet. Tag a build: almanac version tag <application>']
        : tableLines({
            head: ['version', 'commit', 'changes', 'by', 'when'],
            rows: found.items.map((each) => [
              each.hotfix === null ? each.number : `${each.number} (hotfix ${each.hotfix})`,
              each.build.commit.slice(0, 8),
              String(each.changes.length),
              each.createdBy,
              ago(each.createdAt, session.now()),
            ]),
          }),
    );
    return exitCodes.ok;
  },
};
