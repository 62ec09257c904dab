import type { CommandDefinition } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { tableLines } from '../../output/table.ts';
import { listAll, pageQuery } from '../../paging.ts';

export const listApplications: CommandDefinition = {
  usage: 'list',
  summary: 'List applications',
  examples: ['almanac app list', 'almanac app list --json'],
  run: async (session) => {
    const items = await listAll((cursor) => session.client.listApplications({ query: pageQuery(cursor) }));
    session.show({ items }, () =>
      items.length === 0
        ? ['No application yet. Add one: almanac app add <repository>, or load the sample: almanac sample load']
        : tableLines({
            head: ['application', 'version', 'branch', 'repository'],
            rows: items.map((each) => [each.name, each.latestVersion ?? '-', each.branch, each.repository]),
          }),
    );
    return exitCodes.ok;
  },
};
