import type { CommandDefinition } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { tableLines } from '../../output/table.ts';
import { listAll, pageQuery } from '../../paging.ts';

export const listEnvironments: CommandDefinition = {
  usage: 'list',
  summary: 'List environments in path order',
  examples: ['almanac env list'],
  run: async (session) => {
    const items = await listAll((cursor) => session.client.listEnvironments({ query: pageQuery(cursor) }));
    session.show({ items }, () =>
      tableLines({
        head: ['environment', 'type', 'promotes from', 'follows', 'sites'],
        rows: items.map((each) => [
          each.name,
          each.type,
          each.promotesFrom?.name ?? '-',
          followingWord(each.following),
          String(each.sites),
        ]),
      }),
    );
    return exitCodes.ok;
  },
};

function followingWord(following: { readonly kind: string; readonly branch?: string }): string {
  if (following.kind === 'none') return '-';
  return following.branch ?? 'the branch of each application';
}
