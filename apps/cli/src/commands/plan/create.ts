import { type CommandDefinition, listOption, textOption } from '../../command.ts';
import { CommandError } from '../../output/report-error.ts';
import { showStarted } from '../../watch/watch-plan.ts';
import { whenOf } from '../../when.ts';
import { compositionOf, compositionOptions } from './operations.ts';

export const createPlan: CommandDefinition = {
  usage: 'create [applications...]',
  summary: 'Compose a plan of several applications and show what it finds; nothing changes until it is started',
  examples: [
    'almanac plan create orders@1.4.0 catalog@2.0.1 --to quality',
    'almanac plan create --from quality --to production --leave storefront',
    'almanac plan create --release spring --to production --leave storefront',
    'almanac plan create orders@latest --to quality --set orders.CURRENCY=CHF --start',
    'almanac plan create storefront@1.4.0 --to production --rollout storefront=canary:10%,5m,50%,wait',
  ],
  options: [
    ['--to <environment>', 'the environment that changes'],
    ...compositionOptions,
    [
      '--on-failure <policy>',
      'what becomes of the rest when one fails: stop, continue or return; as policy says, or stop, otherwise',
    ],
    ['--at <time>', 'begin at this time at the earliest'],
    ['--notes <text>', 'why', ''],
    ['--start', 'start it at once'],
    ['--confirm <finding...>', 'findings that are wanted, such as downgrade'],
    ['--wait-for-thaw', 'with --start: wait for the end of a freeze instead of being refused'],
    ['--no-wait', 'do not wait for its end'],
  ],
  run: async (session, input) => {
    const environment = textOption(input, 'to');
    if (environment === undefined) throw new CommandError('say where to: --to <environment>');
    const at = textOption(input, 'at');
    const onFailure = textOption(input, 'onFailure');
    const plan = await session.client.createPlan({
      body: {
        environment,
        ...(await compositionOf(input)),
        ...(onFailure === undefined ? {} : { failurePolicy: failurePolicyOf(onFailure) }),
        notes: textOption(input, 'notes') ?? '',
        confirm: [...listOption(input, 'confirm')],
        ...(at === undefined ? {} : { startAt: whenOf(at, session.now()) }),
        start: input.options['start'] === true,
        waitForThaw: input.options['waitForThaw'] === true,
      },
    });
    return showStarted(session, { plan, wait: input.options['wait'] !== false });
  },
};

export function failurePolicyOf(text: string) {
  if (text === 'stop' || text === 'continue' || text === 'return') return text;
  throw new CommandError(`--on-failure is stop, continue or return, not ${text}`);
}
