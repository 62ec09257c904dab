import { argument, type CommandDefinition } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { tableLines } from '../../output/table.ts';
import { ago } from '../../output/words.ts';
import { pageQuery } from '../../paging.ts';

export const listOccurrences: CommandDefinition = {
  usage: 'occurrences <site>',
  summary: 'Show what came to pass on a site, what happened while it was cut off included',
  examples: ['almanac site occurrences berlin'],
  run: async (session, input) => {
    const site = argument(input, 0);
    const found = await session.client.listSiteOccurrences({ params: { site }, query: pageQuery(undefined) });
    session.show(found, () =>
      found.items.length === 0
        ? [`Nothing came to pass on ${site} yet.`]
        : tableLines({
            head: ['when', 'what', 'application', 'detail', 'by'],
            rows: found.items.map((each) => [
              ago(each.at, session.now()),
              each.kind.replaceAll('-', ' '),
              each.application ?? '-',
              each.detail,
              each.by,
            ]),
          }),
    );
    return exitCodes.ok;
  },
};
