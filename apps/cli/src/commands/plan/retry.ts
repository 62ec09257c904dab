import { argument, type CommandDefinition, textOption } from '../../command.ts';
import { CommandError } from '../../output/report-error.ts';
import { showStarted } from '../../watch/watch-plan.ts';

export const retryPlan: CommandDefinition = {
  usage: 'retry <number>',
  summary: 'Make a new draft of the same content',
  examples: ['almanac plan retry 17'],
  run: async (session, input) => {
    const plan = await session.client.retryPlan({ params: { plan: argument(input, 0) }, body: {} });
    return showStarted(session, { plan, wait: false });
  },
};

export const reusePlan: CommandDefinition = {
  usage: 'reuse <number>',
  summary: 'Make a new draft of the same builds for another environment',
  examples: ['almanac plan reuse 17 --to production'],
  options: [['--to <environment>', 'the environment that changes']],
  run: async (session, input) => {
    const environment = textOption(input, 'to');
    if (environment === undefined) throw new CommandError('say where to: --to <environment>');
    const plan = await session.client.reusePlan({ params: { plan: argument(input, 0) }, body: { environment } });
    return showStarted(session, { plan, wait: false });
  },
};
