import { argument, type CommandDefinition, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { CommandError } from '../../output/report-error.ts';
import { roles } from './principals.ts';

export const inviteUser: CommandDefinition = {
  usage: 'invite <name>',
  summary: 'Make an account for a person; the link to give on lets them set their password',
  examples: [
    'almanac principal invite dora --role deployer',
    'almanac principal invite abe --role approver --team release',
  ],
  options: [
    ['--role <role>', roles.join(', ')],
    ['--team <team>', 'for approvals of a team'],
    ['--display-name <name>', 'how the name is shown'],
  ],
  run: async (session, input) => {
    const role = roles.find((each) => each === textOption(input, 'role'));
    if (role === undefined) throw new CommandError(`say what they may do: --role ${roles.join('|')}`);
    const [team, displayName] = ['team', 'displayName'].map((each) => textOption(input, each));
    const made = await session.client.inviteUser({
      body: {
        name: argument(input, 0),
        role,
        ...(team === undefined ? {} : { team }),
        ...(displayName === undefined ? {} : { displayName }),
      },
    });
    session.show(made, () => [
      `${made.name} is ${made.role}. Give them this link, which works once:`,
      ...linkLines(made.link),
    ]);
    return exitCodes.ok;
  },
};

export const makePasswordLink: CommandDefinition = {
  usage: 'password-link <name>',
  summary: 'Make a link by which a person sets a new password; an earlier link ends',
  examples: ['almanac principal password-link dora'],
  run: async (session, input) => {
    const name = argument(input, 0);
    const link = await session.client.makePasswordLink({ params: { principal: name }, body: {} });
    session.show(link, () => [`Give ${name} this link, which works once:`, ...linkLines(link)]);
    return exitCodes.ok;
  },
};

function linkLines(link: { readonly url: string; readonly expiresAt: string }): readonly string[] {
  return [link.url, `It ends at ${link.expiresAt.replace('T', ' ').slice(0, 16)} UTC.`];
}

export const changePrincipal: CommandDefinition = {
  usage: 'change <name>',
  summary: 'Give a person or service account another role, team or name to show',
  examples: ['almanac principal change dora --role approver', 'almanac principal change dora --no-team'],
  options: [
    ['--role <role>', roles.join(', ')],
    ['--team <team>', 'for approvals of a team'],
    ['--no-team', 'no team'],
    ['--display-name <name>', 'how the name is shown'],
  ],
  run: async (session, input) => {
    const given = textOption(input, 'role');
    const role = roles.find((each) => each === given);
    if (given !== undefined && role === undefined) throw new CommandError(`--role is one of ${roles.join(', ')}`);
    const team = input.options['team'] === false ? null : textOption(input, 'team');
    const displayName = textOption(input, 'displayName');
    const changed = await session.client.updatePrincipal({
      params: { principal: argument(input, 0) },
      body: {
        ...(role === undefined ? {} : { role }),
        ...(team === undefined ? {} : { team }),
        ...(displayName === undefined ? {} : { displayName }),
      },
    });
    session.show(changed, () => [
      `${changed.name} is ${changed.role}${changed.team === null ? '' : ` in the team ${changed.team}`}.`,
    ]);
    return exitCodes.ok;
  },
};

export const activatePrincipal: CommandDefinition = {
  usage: 'activate <name>',
  summary: 'Let somebody who was deactivated come in again',
  examples: ['almanac principal activate dora'],
  run: async (session, input) => {
    const back = await session.client.activatePrincipal({ params: { principal: argument(input, 0) }, body: {} });
    session.show(back, () => [`${back.name} may sign in again, with the password of before.`]);
    return exitCodes.ok;
  },
};
