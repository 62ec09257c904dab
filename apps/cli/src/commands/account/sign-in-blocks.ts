import { attemptScopes } from '@almanac/domain';
import { argument, type CommandDefinition } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { CommandError } from '../../output/report-error.ts';
import { tableLines } from '../../output/table.ts';
import { listAll, pageQuery } from '../../paging.ts';

export const listSignInBlocks: CommandDefinition = {
  usage: 'list',
  summary: 'List accounts and addresses that may not try to sign in now',
  examples: ['almanac sign-in-block list'],
  run: async (session) => {
    const items = await listAll((cursor) => session.client.listSignInBlocks({ query: pageQuery(cursor) }));
    session.show({ items }, () =>
      items.length === 0
        ? ['Nobody is kept from trying.']
        : tableLines({
            head: ['scope', 'key', 'failures', 'until'],
            rows: items.map((each) => [
              each.scope,
              each.key,
              String(each.failures),
              each.until.replace('T', ' ').slice(0, 19),
            ]),
          }),
    );
    return exitCodes.ok;
  },
};

export const liftSignInBlock: CommandDefinition = {
  usage: 'lift <scope> [key]',
  summary: 'Let an account or an address try again',
  examples: ['almanac sign-in-block lift account dora', 'almanac sign-in-block lift address 192.0.2.7'],
  run: async (session, input) => {
    const scope = attemptScopes.find((each) => each === argument(input, 0));
    if (scope === undefined) throw new CommandError(`the scope is one of ${attemptScopes.join(', ')}`);
    const key = argument(input, 1);
    await session.client.liftSignInBlock({ body: { scope, key } });
    session.show({ scope, key }, () => [`${key === '' ? 'Everybody' : key} may try again.`]);
    return exitCodes.ok;
  },
};
