import { argument, type CommandDefinition, listOption } from '../../command.ts';
import { showStarted } from '../../watch/watch-plan.ts';

export const startPlan: CommandDefinition = {
  usage: 'start <number>',
  summary: 'Start a draft and follow it',
  examples: ['almanac plan start 17'],
  options: [
    ['--confirm <finding...>', 'findings that are wanted, such as downgrade'],
    ['--wait-for-thaw', 'wait for the end of a freeze instead of being refused'],
    ['--no-wait', 'do not wait for its end'],
  ],
  run: async (session, input) => {
    const plan = await session.client.startPlan({
      params: { plan: argument(input, 0) },
      body: { confirm: [...listOption(input, 'confirm')], waitForThaw: input.options['waitForThaw'] === true },
    });
    return showStarted(session, { plan, wait: input.options['wait'] !== false });
  },
};
