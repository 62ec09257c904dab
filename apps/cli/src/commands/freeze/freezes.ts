import { calendarWords, scopeWords } from '@almanac/domain';
import type { Freeze } from '@almanac/protocol';
import { argument, type CommandDefinition, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { CommandError } from '../../output/report-error.ts';
import { tableLines } from '../../output/table.ts';
import { whenOf } from '../../when.ts';
import { scopeOf } from '../policy/scope-of.ts';

export const addFreeze: CommandDefinition = {
  usage: 'add [environment]',
  summary: 'Freeze an environment, a path or everything: nothing begins there while it holds',
  examples: [
    'almanac freeze add production --name year-end --reason "the books are closed" --until 2027-01-04T08:00+01:00',
    'almanac freeze add --estate --name outage --reason "the data centre is down"',
    'almanac freeze add production --name weekends --reason "nobody is there" --start 2026-12-05T00:00 --zone Europe/Berlin --duration P2D --rule "FREQ=WEEKLY;BYDAY=SA"',
  ],
  options: [
    ['--name <name>', 'what people call it'],
    ['--reason <text>', 'why'],
    ['--from <time>', 'when it begins; now otherwise'],
    ['--until <time>', 'when it ends; when somebody lifts it otherwise'],
    ['--path', 'for this environment and all that come after it on the path'],
    ['--estate', 'for every environment'],
    ['--start <time>', 'of one that recurs: the wall-clock time of the first, such as 2026-12-05T00:00'],
    ['--zone <zone>', 'of one that recurs: the time zone, such as Europe/Berlin', 'UTC'],
    ['--duration <duration>', 'of one that recurs: how long, such as PT4H or P2D'],
    ['--rule <rule>', 'of one that recurs: an RFC 5545 rule, such as FREQ=WEEKLY;BYDAY=SA'],
  ],
  run: async (session, input) => {
    const name = textOption(input, 'name');
    const reason = textOption(input, 'reason');
    if (name === undefined || reason === undefined)
      throw new CommandError('say what it is called and why: --name <name> --reason <text>');
    const [from, until] = [textOption(input, 'from'), textOption(input, 'until')];
    const [start, duration] = [textOption(input, 'start'), textOption(input, 'duration')];
    if ((start === undefined) !== (duration === undefined))
      throw new CommandError('a freeze that recurs has --start and --duration');
    const calendar =
      start === undefined || duration === undefined
        ? null
        : { start, duration, zone: textOption(input, 'zone') ?? 'UTC', rule: textOption(input, 'rule') ?? null };
    const freeze = await session.client.createFreeze({
      body: {
        name,
        reason,
        scope: scopeOf(input),
        calendar,
        ...(from === undefined ? {} : { from: whenOf(from, session.now()) }),
        until: until === undefined ? null : whenOf(until, session.now()),
      },
    });
    session.show(freeze, () => [
      `${freeze.name}: ${scopeWords(freeze.scope)} ${freeze.holds ? 'is frozen now' : 'will be frozen'}${freeze.until === null ? '' : ` until ${freeze.until}`}. Lift it with: almanac freeze lift ${freeze.name} --reason <text>`,
    ]);
    return exitCodes.ok;
  },
};

export const listFreezes: CommandDefinition = {
  usage: 'list',
  summary: 'List freezes that hold or are to come',
  examples: ['almanac freeze list --env production', 'almanac freeze list --past'],
  options: [
    ['--env <environment>', 'only those that concern one environment'],
    ['--past', 'also those that are over or were lifted'],
  ],
  run: async (session, input) => {
    const environment = textOption(input, 'env');
    const found = await session.client.listFreezes({
      query: {
        limit: 100,
        ...(environment === undefined ? {} : { environment }),
        ...(input.options['past'] === true ? { past: 'true' } : {}),
      },
    });
    session.show(found, () =>
      found.items.length === 0
        ? ['Nothing is frozen.']
        : tableLines({
            head: ['name', 'where', 'now', 'from', 'until', 'by', 'why'],
            rows: found.items.map((each) => [
              each.name,
              scopeWords(each.scope),
              each.liftedAt === null ? (each.holds ? 'frozen' : 'not frozen') : 'lifted',
              each.calendar === null ? each.from : calendarWords(each.calendar),
              each.until ?? 'until lifted',
              each.createdBy,
              each.reason,
            ]),
          }),
    );
    return exitCodes.ok;
  },
};

export const liftFreeze: CommandDefinition = {
  usage: 'lift <freeze>',
  summary: 'Lift a freeze for good; what waits for it goes on',
  examples: ['almanac freeze lift year-end --reason "all is booked"'],
  options: [['--reason <text>', 'why']],
  run: async (session, input) => {
    const reason = textOption(input, 'reason');
    if (reason === undefined) throw new CommandError('say why: --reason <text>');
    const freeze: Freeze = await session.client.liftFreeze({
      params: { freeze: argument(input, 0) },
      body: { reason },
    });
    session.show(freeze, () => [`${freeze.name} is lifted.`]);
    return exitCodes.ok;
  },
};
