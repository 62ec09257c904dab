import { readFile } from 'node:fs/promises';
import { type Policy, type PolicyScope, scopeWords } from '@almanac/domain';
import { parsePolicy } from '@almanac/protocol';
import { type CommandDefinition, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { readAll } from '../../output/ask.ts';
import { CommandError } from '../../output/report-error.ts';
import type { Session } from '../../session.ts';
import { policyVersions } from './history.ts';
import { scopeOf } from './scope-of.ts';

export const setPolicy: CommandDefinition = {
  usage: 'set [environment]',
  summary:
    'Give an environment the policy of a YAML file, as a repository keeps it; the earlier version stays on record',
  examples: [
    'almanac policy set production --file policy.yaml',
    'almanac policy set quality --path --file policy.yaml --note "two people from now on"',
    'almanac policy set --estate < policy.yaml',
    'almanac policy set production --version 3',
  ],
  options: [
    ['--file <file>', 'the policy; standard input otherwise'],
    ['--version <number>', 'an earlier version of it again, instead of a file'],
    ['--path', 'for this environment and all that come after it on the path'],
    ['--estate', 'for every environment'],
    ['--note <text>', 'why', ''],
  ],
  run: async (session, input) => {
    const scope = scopeOf(input);
    const version = textOption(input, 'version');
    const { approvals, windows, expedited, ...rest } =
      version === undefined
        ? await readPolicy(textOption(input, 'file'))
        : await earlierPolicy(session, { scope, version });
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

async function readPolicy(file: string | undefined): Promise<Policy> {
  const parsed = parsePolicy(file === undefined ? await readAll() : await readFile(file, 'utf8'));
  if (!parsed.ok) {
    const faults = parsed.faults.map((each) => `  ${each.line}:${each.column}  ${each.path}: ${each.detail}`);
    throw new CommandError(`${file ?? 'the policy'} has faults:\n${faults.join('\n')}`);
  }
  return parsed.value;
}

async function earlierPolicy(
  session: Session,
  input: { readonly scope: PolicyScope; readonly version: string },
): Promise<Policy> {
  for await (const each of policyVersions(session, input.scope))
    if (String(each.version) === input.version) return each.policy;
  throw new CommandError(`there is no version ${input.version} of this policy; see: almanac policy history --help`);
}
