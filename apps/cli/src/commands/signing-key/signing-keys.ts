import { argument, type CommandDefinition } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { keyLines } from './words.ts';

export const listSigningKeys: CommandDefinition = {
  usage: 'list',
  summary: 'List the keys with which the server signs what it tells its sites, and which sites know them',
  examples: ['almanac signing-key list', 'almanac signing-key list --json'],
  run: async (session) => {
    const found = await session.client.listSigningKeys();
    session.show(found, () => keyLines(session, found));
    return exitCodes.ok;
  },
};

export const addSigningKey: CommandDefinition = {
  usage: 'add',
  summary: 'Make a signing key and announce it to all sites; it signs for each site that acknowledged it',
  examples: ['almanac signing-key add'],
  run: async (session) => {
    const found = await session.client.addSigningKey({ body: {} });
    session.show(found, () => [
      `${found.keys[0]?.keyId} is announced. Retire the one before when every site knows it (almanac signing-key list).`,
      ...keyLines(session, found),
    ]);
    return exitCodes.ok;
  },
};

export const retireSigningKey: CommandDefinition = {
  usage: 'retire <key>',
  summary: 'Destroy a signing key: sites stop trusting it',
  examples: ['almanac signing-key retire 3b4197544b43fb4c'],
  options: [
    ['--even-if-cut-off', 'also if sites know no other key: they take no order any more until their agents enrol anew'],
  ],
  run: async (session, input) => {
    const key = argument(input, 0);
    const found = await session.client.retireSigningKey({
      params: { key },
      body: { evenIfCutOff: input.options['evenIfCutOff'] === true },
    });
    session.show(found, () => [
      `${key} is retired. Take a backup: one of before would sign with a key that no site trusts any more.`,
      ...keyLines(session, found),
    ]);
    return exitCodes.ok;
  },
};
