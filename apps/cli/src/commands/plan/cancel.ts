import { argument, type CommandDefinition } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { planLines } from '../../watch/watch-plan.ts';

export const cancelPlan: CommandDefinition = {
  usage: 'cancel <number>',
  summary: 'Cancel a plan that changed nothing yet',
  examples: ['almanac plan cancel 17'],
  run: async (session, input) => {
    const plan = await session.client.cancelPlan({ params: { plan: argument(input, 0) }, body: {} });
    session.show(plan, () => planLines(session.terminal, plan));
    return exitCodes.ok;
  },
};
