import { argument, type CommandDefinition, type CommandInput, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { readAll } from '../../output/ask.ts';
import { CommandError } from '../../output/report-error.ts';
import { showStarted } from '../../watch/watch-plan.ts';

const place = [
  ['--env <environment>', 'the environment in which it holds'],
  ['--site <site>', 'only on one site'],
  ['--label <key=value>', 'only on sites with this label'],
] as const;

export const setSetting: CommandDefinition = {
  usage: 'set <application> <key> [value]',
  summary: 'Set a value, or bind a connection; without a value it is read from standard input, as secrets should be',
  examples: [
    'almanac settings set orders CURRENCY CHF --env quality',
    'almanac settings set orders PAYMENT_KEY --env production --apply < key.txt',
    'almanac settings set orders DATABASE_URL --env production < address.txt',
  ],
  options: [...place, ['--apply', 'restart what depends on it, by a plan, and wait for its end']],
  run: async (session, input) => {
    const value = input.args[2] ?? (await readAll()).replace(/\r?\n$/, '');
    const setting = await session.client.setSetting({
      params: { application: argument(input, 0), key: argument(input, 1) },
      body: { place: placeOf(input), value },
    });
    if (input.options['apply'] !== true) {
      session.show(setting, () => [
        `${setting.key} is set. It takes effect with the next deployment, or now: almanac configure ${argument(input, 0)} --in ${textOption(input, 'env')}`,
      ]);
      return exitCodes.ok;
    }
    const plan = await session.client.createPlan({
      body: {
        environment: textOption(input, 'env') ?? '',
        operations: [{ kind: 'configure', application: argument(input, 0) }],
        notes: `${setting.key} was set`,
        start: true,
      },
    });
    return showStarted(session, { plan, wait: true });
  },
};

export const clearSetting: CommandDefinition = {
  usage: 'unset <application> <key>',
  summary: 'Remove a value, so that the next wider level holds again',
  examples: ['almanac settings unset orders CURRENCY --env quality'],
  options: place,
  run: async (session, input) => {
    const setting = await session.client.clearSetting({
      params: { application: argument(input, 0), key: argument(input, 1) },
      query: placeOf(input),
    });
    session.show(setting, () => [`${setting.key} has no value there any more.`]);
    return exitCodes.ok;
  },
};

function placeOf(input: CommandInput) {
  const environment = textOption(input, 'env');
  const site = textOption(input, 'site');
  const label = textOption(input, 'label');
  if (environment === undefined) throw new CommandError('say in which environment: --env <environment>');
  if (site !== undefined && label !== undefined) throw new CommandError('give --site or --label, not both');
  if (site !== undefined) return { environment, level: 'site', selector: site } as const;
  if (label !== undefined) return { environment, level: 'label', selector: label } as const;
  return { environment, level: 'environment' } as const;
}
