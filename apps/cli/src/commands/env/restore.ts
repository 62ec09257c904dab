import { argument, type CommandDefinition, textOption } from '../../command.ts';
import { CommandError } from '../../output/report-error.ts';
import { showStarted } from '../../watch/watch-plan.ts';
import { parseMoment } from '../history/moment.ts';

export const restoreEnvironment: CommandDefinition = {
  usage: 'restore <environment>',
  summary: 'Compose the plan that makes an environment what it was at a moment, settings included',
  examples: [
    'almanac env restore production --at 1h',
    'almanac env restore production --at "yesterday 14:00" --yes',
    'almanac env restore production --at 1h --application orders storefront',
  ],
  options: [
    ['--at <time>', 'the moment: 1h, "yesterday 14:00", 2026-11-21T14:00'],
    ['--application <name...>', 'only these; all otherwise'],
    ['--notes <text>', 'why'],
    ['--yes', 'start the plan at once, also when it takes applications out that were not there then'],
    ['--settings', 'set the values of then back, too; without it values that were set since stay set'],
    ['--no-wait', 'do not wait for its end'],
  ],
  run: async (session, input) => {
    const at = textOption(input, 'at');
    if (at === undefined) throw new CommandError('say which moment: --at <time>, such as --at 1h');
    const notes = textOption(input, 'notes');
    const { application } = input.options;
    const confirmed = input.options['yes'] === true;
    const plan = await session.client.restoreEnvironment({
      params: { environment: argument(input, 0) },
      body: {
        at: parseMoment(at, session.now()).toISOString(),
        start: confirmed,
        remove: confirmed,
        setBack: input.options['settings'] === true,
        ...(Array.isArray(application) ? { applications: application } : {}),
        ...(notes === undefined ? {} : { notes }),
      },
    });
    return showStarted(session, { plan, wait: input.options['wait'] !== false });
  },
};
