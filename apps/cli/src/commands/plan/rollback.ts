import { argument, type CommandDefinition, textOption } from '../../command.ts';
import { showStarted } from '../../watch/watch-plan.ts';

export const rollBackPlan: CommandDefinition = {
  usage: 'rollback <plan>',
  summary: 'Compose the plan that undoes all that a plan changed, settings included',
  examples: ['almanac plan rollback 42', 'almanac plan rollback 42 --yes'],
  options: [
    ['--notes <text>', 'why'],
    ['--yes', 'start the plan at once, also when it takes applications out that the plan brought'],
    ['--settings', 'set the values of then back, too; without it values that were set since stay set'],
    ['--no-wait', 'do not wait for its end'],
  ],
  run: async (session, input) => {
    const notes = textOption(input, 'notes');
    const confirmed = input.options['yes'] === true;
    const plan = await session.client.rollBackPlan({
      params: { plan: argument(input, 0) },
      body: {
        start: confirmed,
        remove: confirmed,
        setBack: input.options['settings'] === true,
        ...(notes === undefined ? {} : { notes }),
      },
    });
    return showStarted(session, { plan, wait: input.options['wait'] !== false });
  },
};
