import { argument, type CommandDefinition } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { planLines, watchPlan } from '../../watch/watch-plan.ts';

export const abortPlan: CommandDefinition = {
  usage: 'abort <number>',
  summary: 'Stop a running plan: what is finished stays, the rest goes back to what was before',
  examples: ['almanac plan abort 17'],
  options: [['--no-wait', 'do not wait for its end']],
  run: async (session, input) => {
    const aborting = await session.client.abortPlan({ params: { plan: argument(input, 0) }, body: {} });
    const plan = input.options['wait'] === false ? aborting : await watchPlan(session, aborting);
    session.show(plan, () =>
      session.terminal.interactive && plan !== aborting ? [] : planLines(session.terminal, plan),
    );
    return exitCodes.ok;
  },
};
