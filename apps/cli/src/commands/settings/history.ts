import { argument, type CommandDefinition, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { tableLines } from '../../output/table.ts';
import { placeWords, valueWords } from './words.ts';

export const settingHistory: CommandDefinition = {
  usage: 'history <application> [key]',
  summary: 'Show who set what, the newest first',
  examples: ['almanac settings history orders', 'almanac settings history orders PAYMENT_KEY --env production'],
  options: [
    ['--env <environment>', 'only in one environment'],
    ['--limit <count>', 'so many changes', '30'],
  ],
  run: async (session, input) => {
    const environment = textOption(input, 'env');
    const key = input.args[1];
    const found = await session.client.listSettingChanges({
      params: { application: argument(input, 0) },
      query: {
        limit: Number(textOption(input, 'limit')),
        ...(environment === undefined ? {} : { environment }),
        ...(key === undefined ? {} : { key }),
      },
    });
    session.show(found, () =>
      found.items.length === 0
        ? ['Nothing was set yet.']
        : tableLines({
            head: ['when', 'setting', 'place', 'value', 'by'],
            rows: found.items.map((each) => [
              each.changedAt.replace('T', ' ').slice(0, 19),
              each.key,
              placeWords(each),
              each.removed ? '(removed)' : valueWords(each),
              each.changedBy,
            ]),
          }),
    );
    return exitCodes.ok;
  },
};
