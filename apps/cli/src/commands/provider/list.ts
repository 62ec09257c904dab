import { argument, type CommandDefinition } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { tableLines } from '../../output/table.ts';
import { listAll, pageQuery } from '../../paging.ts';
import { originWords, stateWords, versionLines } from './words.ts';

export const listProviders: CommandDefinition = {
  usage: 'list',
  summary: 'List the providers by which people sign in, in the order of the sign-in page',
  examples: ['almanac provider list'],
  run: async (session) => {
    const items = await listAll((cursor) => session.client.listIdentityProviders({ query: pageQuery(cursor) }));
    session.show({ items }, () =>
      items.length === 0
        ? ['There is none: people sign in with passwords. Add one: almanac provider add <name> --issuer <url>']
        : tableLines({
            head: ['name', 'kind', 'state', 'issuer or server', 'accounts'],
            rows: items.map((each) => [
              each.name,
              each.kind,
              stateWords(session.terminal, each),
              originWords(each.active ?? each.draft),
              String(each.identities),
            ]),
          }),
    );
    return exitCodes.ok;
  },
};

export const showProvider: CommandDefinition = {
  usage: 'show <name>',
  summary: 'Show a provider: what is in force, what is changed, and where it sends people back to',
  examples: ['almanac provider show acme'],
  run: async (session, input) => {
    const found = await session.client.getIdentityProvider({ params: { provider: argument(input, 0) } });
    session.show(found, () => [
      `${found.displayName} (${found.name}): ${stateWords(session.terminal, found)}`,
      ...(found.redirectUri === null ? [] : [`Sends people back to ${found.redirectUri}`]),
      ...(found.metadataUri === null ? [] : [`Calls Almanac by the address of its metadata, ${found.metadataUri}`]),
      ...(found.logoutUri === null ? [] : [`Says that somebody signed out at ${found.logoutUri}`]),
      ...(found.active === null
        ? []
        : ['', `In force, version ${found.active.number}:`, ...versionLines(found.active)]),
      ...(found.draft === null ? [] : ['', `Draft, version ${found.draft.number}:`, ...versionLines(found.draft)]),
    ]);
    return exitCodes.ok;
  },
};

export const orderProviders: CommandDefinition = {
  usage: 'order <names...>',
  summary: 'Say in which order the sign-in page shows the providers; name each once',
  examples: ['almanac provider order acme partners'],
  run: async (session, input) => {
    const providers = [...input.args];
    await session.client.orderIdentityProviders({ body: { providers } });
    session.show({ providers }, () => [`The sign-in page shows ${providers.join(', ')}.`]);
    return exitCodes.ok;
  },
};
