import { argument, type CommandDefinition, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { CommandError } from '../../output/report-error.ts';
import { planLines } from '../../watch/watch-plan.ts';
import { whenOf } from '../../when.ts';

export const schedulePlan: CommandDefinition = {
  usage: 'schedule <number>',
  summary: 'Say when a plan may begin at the earliest; it still has to be started',
  examples: [
    'almanac plan schedule 17 --at 2026-12-01T22:00+01:00',
    'almanac plan schedule 17 --at 2h',
    'almanac plan schedule 17 --now',
  ],
  options: [
    ['--at <time>', 'an instant with its zone, or 30min, 2h, 3d from now'],
    ['--now', 'as soon as its gates are open'],
  ],
  run: async (session, input) => {
    const at = textOption(input, 'at');
    if ((at === undefined) === (input.options['now'] !== true))
      throw new CommandError('say when: --at <time>, or --now for as soon as its gates are open');
    const plan = await session.client.schedulePlan({
      params: { plan: argument(input, 0) },
      body: { startAt: at === undefined ? null : whenOf(at, session.now()) },
    });
    session.show(plan, () => planLines(session.terminal, plan));
    return exitCodes.ok;
  },
};
