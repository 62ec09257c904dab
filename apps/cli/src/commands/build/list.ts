import { argument, type CommandDefinition } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { tableLines } from '../../output/table.ts';
import { ago, duration, stateMark } from '../../output/words.ts';

export const listBuilds: CommandDefinition = {
  usage: 'list <application>',
  summary: 'List the newest builds of an application',
  examples: ['almanac build list storefront'],
  run: async (session, input) => {
    const found = await session.client.listBuilds({
      params: { application: argument(input, 0) },
      query: { limit: 30 },
    });
    session.show(found, () =>
      found.items.length === 0
        ? ['No build yet. Ask for one: almanac build start <application>']
        : tableLines({
            head: ['build', 'state', 'label', 'took', 'when', 'commit'],
            rows: found.items.map((each) => [
              String(each.number),
              `${stateMark(session.terminal, each.state)} ${each.state}`,
              each.label,
              duration(each.startedAt, each.endedAt),
              ago(each.createdAt, session.now()),
              each.subject ?? each.fault?.detail ?? '',
            ]),
          }),
    );
    return exitCodes.ok;
  },
};
