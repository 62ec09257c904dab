import { argument, type CommandDefinition, type CommandInput, listOption, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { CommandError } from '../../output/report-error.ts';
import { tableLines } from '../../output/table.ts';

/** The default role of an account, and the teams that it is in from the start. */
export const accountOptions = [
  ['--role <role>', 'what they may do where no team speaks; see: almanac role list'],
  ['--team <team=role...>', 'a team that they are in, with their role there'],
] as const;

/** What was said of the roles of an account. */
export function accountRoles(input: CommandInput) {
  const role = textOption(input, 'role');
  if (role === undefined) throw new CommandError('say what they may do: --role <role>; see: almanac role list');
  const teams = listOption(input, 'team').map((each) => {
    const [team = '', inTeam = role] = each.split('=');
    return { team, role: inTeam };
  });
  return { role, ...(teams.length === 0 ? {} : { teams }) };
}

export const addPrincipal: CommandDefinition = {
  usage: 'add <name>',
  summary: 'Make a service account with a role; its token is shown once',
  examples: ['almanac principal add release-desk --role viewer --team release=approver'],
  options: [...accountOptions],
  run: async (session, input) => {
    const made = await session.client.createPrincipal({
      body: { name: argument(input, 0), ...accountRoles(input) },
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
        head: ['name', 'kind', 'role', 'teams', 'state'],
        rows: found.items.map((each) => [
          each.name,
          each.kind,
          each.role ?? '-',
          each.teams.map((team) => `${team.name}=${team.role}`).join(' ') || '-',
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
