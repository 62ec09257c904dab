import { argument, type CommandDefinition } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { planExitCode, planLines, watchPlan } from '../../watch/watch-plan.ts';

export const showPlan: CommandDefinition = {
  usage: 'show <number>',
  summary: 'Show one plan, or follow it to its end',
  examples: ['almanac plan show 17', 'almanac plan show 17 --follow'],
  options: [['--follow', 'stay until it ended']],
  run: async (session, input) => {
    const plan = await session.client.getPlan({ params: { plan: argument(input, 0) } });
    if (input.options['follow'] !== true || plan.state === 'draft') {
      session.show(plan, () => planLines(session.terminal, plan));
      return exitCodes.ok;
    }
    const last = await watchPlan(session, plan);
    session.show(last, () => (session.terminal.interactive ? [] : planLines(session.terminal, last)));
    return planExitCode(last);
  },
};
