import { argument, type CommandDefinition, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { CommandError } from '../../output/report-error.ts';
import { planLines, showStarted } from '../../watch/watch-plan.ts';

export const pausePlan: CommandDefinition = {
  usage: 'pause <number>',
  summary: 'Let a plan rest: nothing further begins, what runs comes to its end',
  examples: ['almanac plan pause 17 --reason "support asks to wait"'],
  options: [['--reason <text>', 'why']],
  run: async (session, input) => {
    const reason = textOption(input, 'reason');
    if (reason === undefined) throw new CommandError('say why: --reason <text>');
    const plan = await session.client.pausePlan({ params: { plan: argument(input, 0) }, body: { reason } });
    session.show(plan, () => planLines(session.terminal, plan));
    return exitCodes.ok;
  },
};

export const continuePlan: CommandDefinition = {
  usage: 'continue <number>',
  summary: 'Let a staged plan switch, or a paused one go on',
  examples: ['almanac plan continue 17'],
  options: [['--no-wait', 'do not wait for its end']],
  run: async (session, input) => {
    const plan = await session.client.continuePlan({ params: { plan: argument(input, 0) }, body: {} });
    return showStarted(session, { plan, wait: input.options['wait'] !== false });
  },
};
