import { argument, type CommandDefinition } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { tableLines } from '../../output/table.ts';
import { ago } from '../../output/words.ts';
import { listAll, pageQuery } from '../../paging.ts';
import { addressWords, filterWords, stateWords } from './words.ts';

export const listNotifications: CommandDefinition = {
  usage: 'list',
  summary: 'List who is told of what',
  examples: ['almanac notification list'],
  run: async (session) => {
    const items = await listAll((cursor) => session.client.listNotificationSubscriptions({ query: pageQuery(cursor) }));
    session.show({ items }, () =>
      items.length === 0
        ? ['Nobody is told of anything yet. Add somebody: almanac notification add <name> --url <url>']
        : [
            ...tableLines({
              head: ['name', 'state', 'to', 'of', 'waiting'],
              rows: items.map((each) => [
                each.name,
                stateWords(session.terminal, each),
                addressWords(each),
                filterWords(each),
                String(each.deliveries.pending),
              ]),
            }),
            ...items.flatMap((each) => (each.pausedReason === null ? [] : [`${each.name}: ${each.pausedReason}`])),
          ],
    );
    return exitCodes.ok;
  },
};

export const showNotification: CommandDefinition = {
  usage: 'show <name>',
  summary: 'Show one subscription: where it goes, what it wants, how it is',
  examples: ['almanac notification show team'],
  run: async (session, input) => {
    const found = await session.client.getNotificationSubscription({ params: { subscription: argument(input, 0) } });
    session.show(found, () => [
      `${found.name}: ${stateWords(session.terminal, found)}`,
      ...(found.pausedReason === null
        ? []
        : [`  ${found.pausedReason}. Resume it: almanac notification resume ${found.name}`]),
      `  to        ${addressWords(found)}`,
      `  of        ${filterWords(found)}`,
      `  by        ${found.createdBy}, ${ago(found.createdAt, session.now())}`,
      `  delivered ${found.deliveries.delivered}, waiting ${found.deliveries.pending}, given up ${found.deliveries.givenUp}`,
      ...(found.failures === 0
        ? []
        : [`  failing   ${found.failures} attempts in a row, since ${ago(found.failingSince, session.now())}`]),
      ...found.secrets.map(
        (each) =>
          `  secret    made ${ago(each.createdAt, session.now())}${each.expiresAt === null ? '' : `, valid until ${each.expiresAt}`}`,
      ),
    ]);
    return exitCodes.ok;
  },
};
