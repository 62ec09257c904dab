import { argument, type CommandDefinition, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { accountOptions, accountRoles } from './principals.ts';

export const inviteUser: CommandDefinition = {
  usage: 'invite <name>',
  summary: 'Make an account for a person; the link to give on lets them set their password',
  examples: [
    'almanac principal invite dora --role deployer',
    'almanac principal invite abe --role viewer --team release=approver',
  ],
  options: [...accountOptions, ['--display-name <name>', 'how the name is shown']],
  run: async (session, input) => {
    const displayName = textOption(input, 'displayName');
    const made = await session.client.inviteUser({
      body: {
        name: argument(input, 0),
        ...accountRoles(input),
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
  summary: 'Give a person or service account another default role or name to show',
  examples: ['almanac principal change dora --role approver'],
  options: [
    ['--role <role>', 'what they may do where no team speaks; see: almanac role list'],
    ['--display-name <name>', 'how the name is shown'],
  ],
  run: async (session, input) => {
    const [role, displayName] = ['role', 'displayName'].map((each) => textOption(input, each));
    const changed = await session.client.updatePrincipal({
      params: { principal: argument(input, 0) },
      body: {
        ...(role === undefined ? {} : { role }),
        ...(displayName === undefined ? {} : { displayName }),
      },
    });
    session.show(changed, () => [`${changed.displayName} (${changed.name}) is ${changed.role}.`]);
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
