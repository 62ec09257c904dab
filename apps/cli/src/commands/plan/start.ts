import { argument, type CommandDefinition } from '../../command.ts';
import { showStarted } from '../../watch/watch-plan.ts';

export const startPlan: CommandDefinition = {
  usage: 'start <number>',
  summary: 'Start a draft and follow it',
  examples: ['almanac plan start 17'],
  options: [['--no-wait', 'do not wait for its end']],
  run: async (session, input) => {
    const plan = await session.client.startPlan({ params: { plan: argument(input, 0) }, body: {} });
    return showStarted(session, { plan, wait: input.options['wait'] !== false });
  },
};
