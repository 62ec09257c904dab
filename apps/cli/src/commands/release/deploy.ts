import { argument, type CommandDefinition, textOption } from '../../command.ts';
import { CommandError } from '../../output/report-error.ts';
import { showStarted } from '../../watch/watch-plan.ts';

export const deployRelease: CommandDefinition = {
  usage: 'deploy <name>',
  summary: 'Bring every version of a release that an environment does not run yet to it, in one plan',
  examples: ['almanac release deploy spring --to production', 'almanac release deploy spring --to quality --dry-run'],
  options: [
    ['--to <environment>', 'the environment that changes'],
    ['--notes <text>', 'why', ''],
    ['--dry-run', 'only compose the plan and show what it finds'],
    ['--no-wait', 'do not wait for its end'],
  ],
  run: async (session, input) => {
    const to = textOption(input, 'to');
    if (to === undefined) throw new CommandError('say where to: --to <environment>');
    const plan = await session.client.createPlan({
      body: {
        environment: to,
        release: argument(input, 0),
        notes: textOption(input, 'notes') ?? '',
        start: input.options['dryRun'] !== true,
      },
    });
    return showStarted(session, { plan, wait: input.options['wait'] !== false });
  },
};
