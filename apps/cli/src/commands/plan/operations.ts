import { type CommandInput, listOption, textOption } from '../../command.ts';
import { CommandError } from '../../output/report-error.ts';
import type { Session } from '../../session.ts';
import { readStrategies, strategyForms } from './rollout-option.ts';

type Request = NonNullable<Parameters<Session['client']['createPlan']>[0]['body']['operations']>[number];
type Source = Extract<Request, { kind: 'deploy' }>['source'];

/** Options that say what a plan contains. */
export const compositionOptions = [
  ['--configure <application...>', 'apply changed settings of these'],
  ['--remove <application...>', 'take these out'],
  ['--leave <application...>', 'leave these as they are, although they differ'],
  ['--from <environment>', 'everything that differs from this environment'],
  ['--release <name>', 'every version of this release that does not run there yet'],
  ['--names <pattern>', 'with --from: only applications with such a name, * stands for anything'],
  ['--team <team>', 'with --from: only applications of this team'],
  ['--tag <application@number...>', 'give the newest build of these this version when the plan starts, and deploy it'],
  ['--set <application.KEY=value...>', 'values of settings that come with the plan and are stored when it begins'],
  ['--rollout <application=strategy...>', `how these take over this time: ${strategyForms}`],
] as const;

/**
 * What a plan is to contain: `orders@1.2.0` is a version, `orders@latest` the newest build, `orders@previous` a step
 * back, `orders@quality` what that environment runs, `orders@<key>` one build.
 */
export async function compositionOf(input: CommandInput) {
  const values = settingsOf(listOption(input, 'set'));
  const strategies = await readStrategies(listOption(input, 'rollout'));
  const given = (application: string) => {
    const [settings, rollout] = [values.get(application), strategies.get(application)];
    values.delete(application);
    strategies.delete(application);
    return {
      ...(settings === undefined ? {} : { settings: Object.fromEntries(settings) }),
      ...(rollout === undefined ? {} : { rollout }),
    };
  };
  const operations: Request[] = [
    ...input.args.map((each): Request => {
      const [application = '', version = 'latest'] = each.split('@');
      return { kind: 'deploy', application, source: sourceOf(version), ...given(application) };
    }),
    ...listOption(input, 'tag').map((each): Request => {
      const [application = '', number] = each.split('@');
      const source: Source = number === undefined ? { kind: 'tag' } : { kind: 'tag', number };
      return { kind: 'deploy', application, source, ...given(application) };
    }),
    ...listOption(input, 'configure').map(
      (application): Request => ({ kind: 'configure', application, ...given(application) }),
    ),
    ...listOption(input, 'remove').map((application): Request => ({ kind: 'remove', application })),
    ...listOption(input, 'leave').map((application): Request => ({ kind: 'leave', application })),
  ];
  for (const [option, left] of [
    ['--set', values],
    ['--rollout', strategies],
  ] as const) {
    const [stray] = left.keys();
    if (stray !== undefined)
      throw new CommandError(`${option} names ${stray}, which the plan neither deploys nor configures by its name`);
  }
  const release = textOption(input, 'release');
  return { operations, ...differencesOf(input), ...(release === undefined ? {} : { release }) };
}

function differencesOf(input: CommandInput) {
  const from = textOption(input, 'from');
  const names = textOption(input, 'names');
  const team = textOption(input, 'team');
  if (from === undefined) {
    if (names !== undefined || team !== undefined)
      throw new CommandError('--names and --team narrow what differs; say from where: --from <environment>');
    return {};
  }
  return {
    differences: { from, ...(names === undefined ? {} : { names }), ...(team === undefined ? {} : { team }) },
  };
}

const buildKey = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function sourceOf(version: string): Source {
  if (version === 'latest' || version === 'previous') return { kind: version };
  if (/^\d/.test(version) && !buildKey.test(version)) return { kind: 'version', number: version };
  // The server refuses a key or an environment that is none, with words.
  return buildKey.test(version)
    ? { kind: 'build', build: version as Extract<Source, { kind: 'build' }>['build'] }
    : { kind: 'environment', environment: version };
}

function settingsOf(given: readonly string[]): Map<string, [string, string][]> {
  const values = new Map<string, [string, string][]>();
  for (const each of given) {
    const [, application, key, value] = /^([^.=]+)\.([^=]+)=(.*)$/s.exec(each) ?? [];
    if (application === undefined || key === undefined || value === undefined)
      throw new CommandError(`--set takes application.KEY=value, not ${each}`);
    values.set(application, [...(values.get(application) ?? []), [key, value]]);
  }
  return values;
}
