import { argument, type CommandDefinition, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { CommandError } from '../../output/report-error.ts';
import { tableLines } from '../../output/table.ts';

export const roles = ['administrator', 'deployer', 'approver', 'viewer'] as const;

export const addPrincipal: CommandDefinition = {
  usage: 'add <name>',
  summary: 'Make a service account with a role; its token is shown once',
  examples: ['almanac principal add release-desk --role approver --team release'],
  options: [
    ['--role <role>', roles.join(', ')],
    ['--team <team>', 'for approvals of a team'],
  ],
  run: async (session, input) => {
    const role = roles.find((each) => each === textOption(input, 'role'));
    if (role === undefined) throw new CommandError(`say what it may do: --role ${roles.join('|')}`);
    const team = textOption(input, 'team');
    const made = await session.client.createPrincipal({
      body: { name: argument(input, 0), role, ...(team === undefined ? {} : { team }) },
    });
    session.show(made, () => [`${made.name} is ${made.role}. Its token, which is not shown again:`, made.secret]);
    return exitCodes.ok;
  },
};

export const listPrincipals: CommandDefinition = {
  usage: 'list',
  summary: 'List people and service accounts',
  examples: ['almanac principal list'],
  run: async (session) => {
    const found = await session.client.listPrincipals({ query: { limit: 200 } });
    session.show(found, () =>
      tableLines({
        head: ['name', 'kind', 'role', 'team', 'state'],
        rows: found.items.map((each) => [
          each.name,
          each.kind,
          each.role,
          each.team ?? '-',
          each.active ? 'active' : 'deactivated',
        ]),
      }),
    );
    return exitCodes.ok;
  },
};

export const deactivatePrincipal: CommandDefinition = {
  usage: 'deactivate <name>',
  summary: 'End the sessions and tokens of a person or service account; what they did stays on record',
  examples: ['almanac principal deactivate release-desk'],
  run: async (session, input) => {
    const gone = await session.client.deactivatePrincipal({ params: { principal: argument(input, 0) }, body: {} });
    session.show(gone, () => [`${gone.name} may do nothing any more.`]);
    return exitCodes.ok;
  },
};
