import type { Setting } from '@almanac/protocol';
import { argument, type CommandDefinition, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { CommandError } from '../../output/report-error.ts';
import { tableLines } from '../../output/table.ts';
import { placeWords, valueWords } from './words.ts';

export const compareSettings: CommandDefinition = {
  usage: 'compare <application>',
  summary: 'Show what is set otherwise in one environment than in another; secrets are told apart, not shown',
  examples: ['almanac settings compare orders --from quality --to production'],
  options: [
    ['--from <environment>', 'one environment'],
    ['--to <environment>', 'the other one'],
  ],
  run: async (session, input) => {
    const [from, to] = [textOption(input, 'from'), textOption(input, 'to')];
    if (from === undefined || to === undefined)
      throw new CommandError('say which: --from <environment> --to <environment>');
    // An environment that is not there would be equal to every other one without values.
    for (const environment of [from, to]) await session.client.getEnvironment({ params: { environment } });
    const { settings } = await session.client.listSettings({ params: { application: argument(input, 0) } });
    const differences = settings.flatMap((setting) => {
      const [here, there] = [valuesIn(setting, from), valuesIn(setting, to)];
      return here === there ? [] : [{ key: setting.key, [from]: here, [to]: there }];
    });
    session.show({ differences }, () =>
      differences.length === 0
        ? [`Nothing is set otherwise in ${to} than in ${from}.`]
        : tableLines({
            head: ['setting', from, to],
            rows: differences.map((each) => [each.key, each[from] ?? '', each[to] ?? '']),
          }),
    );
    return exitCodes.ok;
  },
};

/** What holds in an environment, with the narrower values that hold on some of its sites. */
function valuesIn(setting: Setting, environment: string): string {
  const own = setting.values.filter((each) => each.environment.name === environment);
  const whole = own.find((each) => each.level === 'environment');
  const narrower = own.filter((each) => each !== whole);
  const words = whole === undefined ? (setting.default ?? '-') : valueWords(whole);
  return [
    words,
    ...narrower.map((each) => `${placeWords(each).slice(environment.length + 1)}: ${valueWords(each)}`),
  ].join(', ');
}
