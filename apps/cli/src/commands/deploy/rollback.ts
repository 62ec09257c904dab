import { argument, type CommandDefinition, textOption } from '../../command.ts';
import { CommandError } from '../../output/report-error.ts';
import { showStarted } from '../../watch/watch-plan.ts';

export const rollback: CommandDefinition = {
  usage: 'rollback <application>',
  summary: 'Go back to what an environment ran before, or to a version',
  examples: [
    'almanac rollback storefront --in production',
    'almanac rollback storefront --in production --version 1.3.0',
  ],
  options: [
    ['--in <environment>', 'the environment that changes'],
    ['--version <number>', 'a version; what ran before otherwise'],
    ['--notes <text>', 'why', ''],
    ['--dry-run', 'only compose the plan and show what it finds'],
    ['--no-wait', 'do not wait for its end'],
  ],
  run: async (session, input) => {
    const environment = textOption(input, 'in');
    if (environment === undefined) throw new CommandError('say where: --in <environment>');
    const version = textOption(input, 'version');
    const source =
      version === undefined ? ({ kind: 'previous' } as const) : ({ kind: 'version', number: version } as const);
    const plan = await session.client.createPlan({
      body: {
        environment,
        operations: [{ kind: 'deploy', application: argument(input, 0), source }],
        notes: textOption(input, 'notes') ?? '',
        // Whoever goes back means to.
        confirm: ['downgrade'],
        start: input.options['dryRun'] !== true,
      },
    });
    return showStarted(session, { plan, wait: input.options['wait'] !== false });
  },
};
