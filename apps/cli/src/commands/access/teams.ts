import type { TeamDetail } from '@almanac/protocol';
import { argument, type CommandDefinition, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { CommandError } from '../../output/report-error.ts';
import { tableLines } from '../../output/table.ts';
import { listAll, pageQuery } from '../../paging.ts';

export const listTeams: CommandDefinition = {
  usage: 'list',
  summary: 'List teams',
  examples: ['almanac team list'],
  run: async (session) => {
    const items = await listAll((cursor) => session.client.listTeams({ query: pageQuery(cursor) }));
    session.show({ items }, () =>
      items.length === 0
        ? ['There are no teams. Make one: almanac team create <team>']
        : tableLines({
            head: ['team', 'members', 'applications'],
            rows: items.map((each) => [each.name, String(each.members), String(each.applications)]),
          }),
    );
    return exitCodes.ok;
  },
};

export const showTeam: CommandDefinition = {
  usage: 'show <team>',
  summary: 'Show the members and applications of a team',
  examples: ['almanac team show web'],
  run: async (session, input) => {
    const team = await session.client.getTeam({ params: { team: argument(input, 0) } });
    session.show(team, () => linesOf(team));
    return exitCodes.ok;
  },
};

export const createTeam: CommandDefinition = {
  usage: 'create <team>',
  summary: 'Make a team',
  examples: ['almanac team create web --display-name "Web shop"'],
  options: [['--display-name <text>', 'how it is shown']],
  run: async (session, input) => {
    const displayName = textOption(input, 'displayName');
    const made = await session.client.createTeam({
      body: { name: argument(input, 0), ...(displayName === undefined ? {} : { displayName }) },
    });
    session.show(made, () => [
      `Made the team ${made.name}. Give it an application and people:`,
      `  almanac team own ${made.name} <application>`,
      `  almanac team add ${made.name} <person> --role developer`,
    ]);
    return exitCodes.ok;
  },
};

export const changeTeam: CommandDefinition = {
  usage: 'change <team>',
  summary: 'Give a team another name to show',
  examples: ['almanac team change web --display-name "Web shop"'],
  options: [['--display-name <text>', 'how it is shown']],
  run: async (session, input) => {
    const params = { team: argument(input, 0) };
    const displayName = textOption(input, 'displayName');
    if (displayName === undefined) throw new CommandError('say how it is shown: --display-name <text>');
    const { revision } = await session.client.getTeam({ params });
    const changed = await session.client.updateTeam({ params, body: { displayName }, revision });
    session.show(changed, () => [`The team ${changed.name} is shown as ${changed.displayName}.`]);
    return exitCodes.ok;
  },
};

export const deleteTeam: CommandDefinition = {
  usage: 'delete <team>',
  summary: 'Remove a team that owns nothing',
  examples: ['almanac team delete web'],
  run: async (session, input) => {
    const params = { team: argument(input, 0) };
    const { revision, name } = await session.client.getTeam({ params });
    await session.client.deleteTeam({ params, revision });
    session.show({ deleted: name }, () => [`The team ${name} is gone.`]);
    return exitCodes.ok;
  },
};

export const addMember: CommandDefinition = {
  usage: 'add <team> <person>',
  summary: 'Take a person or service account into a team, or give them another role there',
  examples: ['almanac team add web dora --role developer'],
  options: [['--role <role>', 'what they may do with the applications of the team']],
  run: async (session, input) => {
    const role = textOption(input, 'role');
    if (role === undefined) throw new CommandError('say what they may do there: --role <role>; see: almanac role list');
    const [team, principal] = [argument(input, 0), argument(input, 1)];
    const changed = await session.client.setMember({ params: { team, principal }, body: { role } });
    session.show(changed, () => linesOf(changed));
    return exitCodes.ok;
  },
};

export const removeMember: CommandDefinition = {
  usage: 'remove <team> <person>',
  summary: 'Take somebody out of a team',
  examples: ['almanac team remove web dora'],
  run: async (session, input) => {
    const [team, principal] = [argument(input, 0), argument(input, 1)];
    const changed = await session.client.removeMember({ params: { team, principal } });
    session.show(changed, () => linesOf(changed));
    return exitCodes.ok;
  },
};

export const ownApplication: CommandDefinition = {
  usage: 'own <team> <application>',
  summary: 'Give an application to a team; at most one owns it',
  examples: ['almanac team own web storefront'],
  run: async (session, input) => {
    const [team, application] = [argument(input, 0), argument(input, 1)];
    const given = await session.client.setOwner({ params: { application }, body: { team } });
    session.show(given, () => [`${given.application.name} belongs to ${given.team?.name ?? 'no team'} now.`]);
    return exitCodes.ok;
  },
};

export const disownApplication: CommandDefinition = {
  usage: 'disown <application>',
  summary: 'Take an application from the team that owns it, so that no team does',
  examples: ['almanac team disown storefront'],
  run: async (session, input) => {
    const given = await session.client.setOwner({
      params: { application: argument(input, 0) },
      body: { team: null },
    });
    session.show(given, () => [`${given.application.name} belongs to no team now.`]);
    return exitCodes.ok;
  },
};

function linesOf(team: TeamDetail): readonly string[] {
  const applications = team.applications.map((each) => each.name).join(', ');
  return [
    `${team.displayName} owns ${applications === '' ? 'nothing' : applications}`,
    ...(team.members.length === 0
      ? ['Nobody is in it.']
      : tableLines({
          head: ['member', 'role', 'state'],
          rows: team.members.map(({ principal, role }) => [
            principal.name,
            role.name,
            principal.active ? 'active' : 'deactivated',
          ]),
        })),
  ];
}
