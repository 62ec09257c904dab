import { argument, type CommandDefinition, type CommandInput, listOption, textOption } from '../../command.ts';
import { CommandError } from '../../output/report-error.ts';
import type { Session } from '../../session.ts';
import { findBuild } from '../../watch/find-build.ts';
import { showStarted } from '../../watch/watch-plan.ts';
import { readStrategy, strategyForms } from '../plan/rollout-option.ts';

export const deploy: CommandDefinition = {
  usage: 'deploy <application>',
  summary: 'Deploy a build or a version of an application to an environment',
  examples: [
    'almanac deploy storefront --to development',
    'almanac deploy storefront --to production --version 1.4.0',
    'almanac deploy storefront --to quality --build 12 --dry-run',
    'almanac deploy storefront --to production --version 1.4.0 --rollout canary:10%,5m,50%,wait',
  ],
  options: [
    ['--to <environment>', 'the environment that changes'],
    ['--version <number>', 'a version'],
    ['--build <number>', 'a build; the newest that succeeded otherwise'],
    ['--rollout <strategy>', `how it takes over this time: ${strategyForms}`],
    ['--notes <text>', 'why', ''],
    ['--confirm <finding...>', 'findings that are wanted, such as downgrade'],
    ['--wait-for-thaw', 'wait for the end of a freeze instead of being refused'],
    ['--dry-run', 'only compose the plan and show what it finds'],
    ['--no-wait', 'do not wait for its end'],
  ],
  run: async (session, input) => {
    const environment = textOption(input, 'to');
    if (environment === undefined) throw new CommandError('say where to: --to <environment>');
    const application = argument(input, 0);
    const text = textOption(input, 'rollout');
    const rollout = text === undefined ? {} : { rollout: await readStrategy({ option: '--rollout', text }) };
    const plan = await session.client.createPlan({
      body: {
        environment,
        operations: [{ kind: 'deploy', application, source: await sourceOf(session, input, application), ...rollout }],
        notes: textOption(input, 'notes') ?? '',
        confirm: [...listOption(input, 'confirm')],
        start: input.options['dryRun'] !== true,
        waitForThaw: input.options['waitForThaw'] === true,
      },
    });
    return showStarted(session, { plan, wait: input.options['wait'] !== false });
  },
};

async function sourceOf(session: Session, input: CommandInput, application: string) {
  const version = textOption(input, 'version');
  const number = textOption(input, 'build');
  if (version !== undefined && number !== undefined) throw new CommandError('give --version or --build, not both');
  if (version !== undefined) return { kind: 'version', number: version } as const;
  if (number === undefined) return { kind: 'latest' } as const;
  return { kind: 'build', build: (await findBuild(session, { application, number })).id } as const;
}
