import { type CommandDefinition, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { tableLines } from '../../output/table.ts';
import { auditFilter, filterOptions } from './filter.ts';

export const listAudit: CommandDefinition = {
  usage: 'list',
  summary: 'List who did what, the newest first',
  examples: [
    'almanac audit list',
    'almanac audit list --by ada --since 2d',
    'almanac audit list --category sign-in',
    'almanac audit list --subject plan:12',
  ],
  options: [...filterOptions, ['--limit <count>', 'so many entries', '30']],
  run: async (session, input) => {
    const found = await session.client.listAudit({
      query: { limit: Number(textOption(input, 'limit')), ...auditFilter(input, session.now()) },
    });
    session.show(found, () => [
      ...(found.items.length === 0
        ? ['Nothing was found.']
        : tableLines({
            head: ['number', 'when', 'who', 'what', 'which'],
            rows: found.items.map((each) => [
              each.sequence === null ? '-' : String(each.sequence),
              each.at.replace('T', ' ').slice(0, 19),
              each.actor,
              each.action,
              each.subject,
            ]),
          })),
      ...(found.readable === 'all' ? [] : [`You may read of the audit: ${found.readable.join(', ')}.`]),
    ]);
    return exitCodes.ok;
  },
};
