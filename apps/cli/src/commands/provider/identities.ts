import { argument, type CommandDefinition } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { CommandError } from '../../output/report-error.ts';
import { tableLines } from '../../output/table.ts';
import { ago } from '../../output/words.ts';
import { listAll, pageQuery } from '../../paging.ts';
import type { Session } from '../../session.ts';

export const listIdentities: CommandDefinition = {
  usage: 'identities <name>',
  summary: 'List which accounts are linked to a provider, with the keys of the people there',
  examples: ['almanac provider identities acme'],
  run: async (session, input) => {
    const items = await identitiesOf(session, argument(input, 0));
    session.show({ items }, () =>
      items.length === 0
        ? ['Nobody is linked to it yet.']
        : tableLines({
            head: ['account', 'key at the provider', 'account made by it', 'last here'],
            rows: items.map((each) => [
              each.account.name,
              each.subject,
              each.provisioned ? 'yes' : 'no',
              each.lastSeenAt === null ? 'never' : ago(each.lastSeenAt, session.now()),
            ]),
          }),
    );
    return exitCodes.ok;
  },
};

export const linkIdentity: CommandDefinition = {
  usage: 'link <name> <account> <key>',
  summary: 'Let somebody who has an account sign in with a provider, by the key that they have there',
  examples: ['almanac provider link acme dora 8f2c61d0-5b1e'],
  run: async (session, input) => {
    const made = await session.client.linkExternalIdentity({
      params: { provider: argument(input, 0) },
      body: { principal: argument(input, 1), subject: argument(input, 2) },
    });
    session.show(made, () => [
      `${made.account.name} signs in as ${made.subject} of ${argument(input, 0)} from now on.`,
    ]);
    return exitCodes.ok;
  },
};

export const unlinkIdentity: CommandDefinition = {
  usage: 'unlink <name> <account>',
  summary: 'End the link of an account, with the sessions by it',
  examples: ['almanac provider unlink acme dora'],
  run: async (session, input) => {
    const provider = argument(input, 0);
    const account = argument(input, 1);
    const found = (await identitiesOf(session, provider)).find((each) => each.account.name === account);
    if (found === undefined) throw new CommandError(`${account} is not linked to ${provider}`);
    await session.client.unlinkExternalIdentity({ params: { provider, identity: found.id } });
    session.show({ unlinked: found.id }, () => [`${account} does not sign in with ${provider} any more.`]);
    return exitCodes.ok;
  },
};

function identitiesOf(session: Session, provider: string) {
  return listAll((cursor) => session.client.listExternalIdentities({ params: { provider }, query: pageQuery(cursor) }));
}
