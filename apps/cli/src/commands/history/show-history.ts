import type { HistoryEntry } from '@almanac/protocol';
import { argument, type CommandDefinition, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { tableLines } from '../../output/table.ts';
import { stateMark } from '../../output/words.ts';
import { parseMoment } from './moment.ts';

const states = {
  deployed: 'succeeded',
  configured: 'succeeded',
  removed: 'cancelled',
  failed: 'failed',
  returned: 'returned',
} as const satisfies Record<HistoryEntry['kind'], string>;

export const showHistory: CommandDefinition = {
  usage: 'history [environment]',
  summary: 'Show what changed in environments, the newest first',
  examples: ['almanac history production', 'almanac history production --application orders --since 2d'],
  options: [
    ['--application <name>', 'only of one application'],
    ['--since <time>', 'only from a moment on: 2d, "yesterday 14:00", 2026-11-21T14:00'],
    ['--until <time>', 'only up to a moment'],
    ['--limit <count>', 'so many entries', '30'],
  ],
  run: async (session, input) => {
    const [application, since, until] = ['application', 'since', 'until'].map((each) => textOption(input, each));
    const moment = (text: string) => parseMoment(text, session.now()).toISOString();
    const found = await session.client.listHistory({
      query: {
        limit: Number(textOption(input, 'limit')),
        ...(input.args.length === 0 ? {} : { environment: argument(input, 0) }),
        ...(application === undefined ? {} : { application }),
        ...(since === undefined ? {} : { from: moment(since) }),
        ...(until === undefined ? {} : { to: moment(until) }),
      },
    });
    session.show(found, () =>
      found.items.length === 0
        ? ['Nothing was changed.']
        : tableLines({
            head: ['when', 'environment', 'application', 'what', 'change', 'by', 'plan'],
            rows: found.items.map((each) => [
              each.at.replace('T', ' ').slice(0, 19),
              each.environment.name,
              each.application.name,
              `${stateMark(session.terminal, states[each.kind])} ${each.kind}`,
              `${each.before?.label ?? 'nothing'} → ${each.after?.label ?? 'nothing'}`,
              each.by,
              String(each.plan.number),
            ]),
          }),
    );
    return exitCodes.ok;
  },
};
