import type { CommandDefinition } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { tableLines } from '../../output/table.ts';
import { ago } from '../../output/words.ts';
import { whereabouts } from './words.ts';

export const listReleases: CommandDefinition = {
  usage: 'list',
  summary: 'List releases, newest first, and where they are',
  examples: ['almanac release list'],
  run: async (session) => {
    const found = await session.client.listReleases({ query: { limit: 50 } });
    session.show(found, () =>
      found.items.length === 0
        ? ['No release yet. Make one: almanac release create <name> --from <environment>']
        : tableLines({
            head: ['release', 'versions', 'where', 'by', 'when'],
            rows: found.items.map((each) => [
              each.name,
              String(each.versions.length),
              whereabouts(each),
              each.createdBy,
              ago(each.createdAt, session.now()),
            ]),
          }),
    );
    return exitCodes.ok;
  },
};
