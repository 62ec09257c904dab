import { setTimeout as pause } from 'node:timers/promises';
import { argument, type CommandDefinition, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { CommandError } from '../../output/report-error.ts';
import { hotfixLines } from './words.ts';

/** A builder makes a branch within a moment, unless all are busy. */
const patienceMs = 30_000;
const lookMs = 300;

export const startHotfix: CommandDefinition = {
  usage: 'start <application>',
  summary: 'Start a hotfix of what an environment runs: a branch at that commit, built whenever it moves',
  examples: [
    'almanac hotfix start storefront --env production',
    'almanac hotfix start storefront --env production --branch hotfix/prices --notes "wrong prices since noon"',
  ],
  options: [
    ['--env <environment>', 'whose version is mended'],
    ['--branch <name>', 'the name of the branch; hotfix/<version> otherwise'],
    ['--notes <text>', 'why', ''],
    ['--no-wait', 'do not wait for the branch'],
  ],
  run: async (session, input) => {
    const environment = textOption(input, 'env');
    if (environment === undefined) throw new CommandError('say what is mended: --env <environment>');
    const branch = textOption(input, 'branch');
    let hotfix = await session.client.startHotfix({
      params: { application: argument(input, 0) },
      body: { environment, notes: textOption(input, 'notes') ?? '', ...(branch === undefined ? {} : { branch }) },
    });
    const deadline = session.now() + patienceMs;
    while (
      input.options['wait'] !== false &&
      hotfix.state === 'open' &&
      hotfix.branchState === 'asked' &&
      session.now() < deadline
    ) {
      await pause(lookMs);
      hotfix = await session.client.getHotfix({ params: { hotfix: hotfix.id } });
    }
    session.show(hotfix, () => hotfixLines({ terminal: session.terminal, hotfix, now: session.now() }));
    return hotfix.state === 'closed' ? exitCodes.workFailed : exitCodes.ok;
  },
};
