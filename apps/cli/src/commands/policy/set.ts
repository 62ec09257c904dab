import { readFile } from 'node:fs/promises';
import { scopeWords } from '@almanac/domain';
import { parsePolicy } from '@almanac/protocol';
import { type CommandDefinition, type CommandInput, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { readAll } from '../../output/ask.ts';
import { CommandError } from '../../output/report-error.ts';

export const setPolicy: CommandDefinition = {
  usage: 'set [environment]',
  summary:
    'Give an environment the policy of a YAML file, as a repository keeps it; the earlier version stays on record',
  examples: [
    'almanac policy set production --file policy.yaml',
    'almanac policy set quality --path --file policy.yaml --note "two people from now on"',
    'almanac policy set --estate < policy.yaml',
  ],
  options: [
    ['--file <file>', 'the policy; standard input otherwise'],
    ['--path', 'for this environment and all that come after it on the path'],
    ['--estate', 'for every environment'],
    ['--note <text>', 'why', ''],
  ],
  run: async (session, input) => {
    const scope = scopeOf(input);
    const file = textOption(input, 'file');
    const parsed = parsePolicy(file === undefined ? await readAll() : await readFile(file, 'utf8'));
    if (!parsed.ok) {
      const faults = parsed.faults.map((each) => `  ${each.line}:${each.column}  ${each.path}: ${each.detail}`);
      throw new CommandError(`${file ?? 'the policy'} has faults:\n${faults.join('\n')}`);
    }
    const { approvals, windows, expedited, ...rest } = parsed.value;
    const set = await session.client.setPolicy({
      body: {
        scope,
        policy: { ...rest, approvals: [...approvals], windows: [...windows], expedited: [...expedited] },
        note: textOption(input, 'note') ?? '',
      },
    });
    session.show(set, () => [`${scopeWords(set.scope)}: version ${set.version} of the policy holds now.`]);
    return exitCodes.ok;
  },
};

/** Where something holds, as options say it. */
export function scopeOf(input: CommandInput) {
  const [environment] = input.args;
  if (input.options['estate'] === true) {
    if (environment !== undefined) throw new CommandError('name an environment, or give --estate, not both');
    return { kind: 'estate' } as const;
  }
  if (environment === undefined) throw new CommandError('say where: an environment, or --estate for all of them');
  return { kind: input.options['path'] === true ? 'path' : 'environment', environment } as const;
}
