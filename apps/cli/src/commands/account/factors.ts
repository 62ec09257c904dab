import { argument, type CommandDefinition, listOption, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { CommandError } from '../../output/report-error.ts';
import { tableLines } from '../../output/table.ts';
import { listAll, pageQuery } from '../../paging.ts';

export const listFactors: CommandDefinition = {
  usage: 'list',
  summary: 'List who has which second factor',
  examples: ['almanac factor list'],
  run: async (session) => {
    const items = await listAll((cursor) => session.client.listFactorHolders({ query: pageQuery(cursor) }));
    session.show({ items }, () =>
      tableLines({
        head: ['name', 'app', 'passkeys', 'recovery codes', 'must have one'],
        rows: items.map((each) => [
          each.name,
          each.totp ? 'yes' : '-',
          String(each.passkeys),
          String(each.recoveryCodes),
          each.required ? 'yes' : '-',
        ]),
      }),
    );
    return exitCodes.ok;
  },
};

const kinds = ['totp', 'passkeys', 'recovery-codes', 'all'] as const;

export const removeFactors: CommandDefinition = {
  usage: 'remove <name>',
  summary: 'Take second factors that a person lost away; their sessions end',
  examples: ['almanac factor remove dora --kind totp', 'almanac factor remove dora --kind all'],
  options: [['--kind <kind>', kinds.join(', ')]],
  run: async (session, input) => {
    const kind = kinds.find((each) => each === textOption(input, 'kind'));
    if (kind === undefined) throw new CommandError(`say which: --kind ${kinds.join('|')}`);
    const name = argument(input, 0);
    const left = await session.client.removeFactors({ params: { principal: name }, body: { kind } });
    session.show(left, () => [`${name} is signed out everywhere, and signs in without them.`]);
    return exitCodes.ok;
  },
};

function policyLine(policy: { readonly everybody: boolean; readonly roles: readonly string[] }): string {
  if (policy.everybody) return 'Everybody must have a second factor.';
  return policy.roles.length === 0
    ? 'Nobody must have a second factor.'
    : `Whoever holds one of these roles must have a second factor: ${policy.roles.join(', ')}.`;
}

export const showFactorPolicy: CommandDefinition = {
  usage: 'policy',
  summary: 'Show who must have a second factor',
  examples: ['almanac factor policy'],
  run: async (session) => {
    const policy = await session.client.getSecondFactorPolicy();
    session.show(policy, () => [policyLine(policy)]);
    return exitCodes.ok;
  },
};

export const setFactorPolicy: CommandDefinition = {
  usage: 'require',
  summary: 'Say who must have a second factor, from their next sign-in on',
  examples: [
    'almanac factor require --everybody',
    'almanac factor require --role administrator',
    'almanac factor require --nobody',
  ],
  options: [
    ['--everybody', 'everybody'],
    ['--role <role...>', 'whoever holds one of these roles'],
    ['--nobody', 'nobody'],
  ],
  run: async (session, input) => {
    const roles = listOption(input, 'role');
    const everybody = input.options['everybody'] === true;
    if (!everybody && roles.length === 0 && input.options['nobody'] !== true)
      throw new CommandError('say who: --everybody, --role ROLE, or --nobody');
    const { revision } = await session.client.getSecondFactorPolicy();
    const policy = await session.client.setSecondFactorPolicy({ body: { everybody, roles: [...roles] }, revision });
    session.show(policy, () => [policyLine(policy)]);
    return exitCodes.ok;
  },
};
