import { argument, type CommandDefinition, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { CommandError } from '../../output/report-error.ts';
import { tableLines } from '../../output/table.ts';
import { ago } from '../../output/words.ts';
import { attemptWords, deliveryWords } from './words.ts';

const states = ['pending', 'delivered', 'given-up'] as const;

export const listDeliveries: CommandDefinition = {
  usage: 'deliveries <name>',
  summary: 'List what was told lately, with how the last attempt went',
  examples: ['almanac notification deliveries team', 'almanac notification deliveries team --state given-up --json'],
  options: [
    ['--state <state>', 'only pending, delivered or given-up ones'],
    ['--limit <number>', 'so many of the newest', '30'],
  ],
  run: async (session, input) => {
    const wanted = textOption(input, 'state');
    const state = states.find((each) => each === wanted);
    if (wanted !== undefined && state === undefined)
      throw new CommandError(`a state is ${states.join(', ')}, not ${wanted}`);
    const found = await session.client.listNotificationDeliveries({
      params: { subscription: argument(input, 0) },
      query: { limit: Number(textOption(input, 'limit') ?? 30), ...(state === undefined ? {} : { state }) },
    });
    session.show(found, () =>
      found.items.length === 0
        ? ['Nothing was told yet.']
        : tableLines({
            head: ['when', 'what', 'state', 'attempts', 'last attempt', 'key'],
            rows: found.items.map((each) => [
              ago(each.createdAt, session.now()),
              each.notification.title,
              deliveryWords(session.terminal, each),
              String(each.attempts.length),
              attemptWords(each),
              each.id,
            ]),
          }),
    );
    return exitCodes.ok;
  },
};

export const testNotification: CommandDefinition = {
  usage: 'test <name>',
  summary: 'Send one notification now, and say how it went',
  examples: ['almanac notification test team'],
  run: async (session, input) => {
    const delivery = await session.client.testNotificationSubscription({
      params: { subscription: argument(input, 0) },
    });
    session.show(delivery, () => [
      `${deliveryWords(session.terminal, delivery)}: ${attemptWords(delivery)}`,
      ...delivery.attempts.flatMap((each) => (each.response === null ? [] : [`  ${each.response}`])),
    ]);
    return delivery.state === 'delivered' ? exitCodes.ok : exitCodes.workFailed;
  },
};

export const retryDelivery: CommandDefinition = {
  usage: 'retry <delivery>',
  summary: 'Attempt a delivery again, by its key; its notification keeps its id',
  examples: ['almanac notification retry 0198c2a4-5f1e-7c3a-9b1d-2f6e8a4c0d11'],
  run: async (session, input) => {
    const delivery = await session.client.retryNotificationDelivery({
      params: { delivery: argument(input, 0) as never },
    });
    session.show(delivery, () => [`${delivery.notification.title}: it is attempted again.`]);
    return exitCodes.ok;
  },
};
