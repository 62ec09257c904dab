import { argument, type CommandDefinition, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { CommandError } from '../../output/report-error.ts';
import { planLines } from '../../watch/watch-plan.ts';

export const exceptPlan: CommandDefinition = {
  usage: 'except <number>',
  summary: 'Set a finding aside, or freezes and windows, for what a plan contains now; the reason is kept',
  examples: [
    'almanac plan except 17 --calendar --reason "the fix of the outage"',
    'almanac plan except 17 --finding contract-missing --application orders --reason "comes tomorrow"',
  ],
  options: [
    ['--calendar', 'freezes and change windows'],
    ['--finding <code>', 'a finding of the analysis'],
    ['--application <application>', 'the application that has the finding'],
    ['--reason <text>', 'why'],
  ],
  run: async (session, input) => {
    const reason = textOption(input, 'reason');
    const code = textOption(input, 'finding');
    const application = textOption(input, 'application');
    if (reason === undefined) throw new CommandError('say why: --reason <text>');
    if ((code === undefined) === (input.options['calendar'] !== true))
      throw new CommandError('say what is set aside: --calendar, or --finding <code> with --application');
    if (code !== undefined && application === undefined)
      throw new CommandError('say which application has the finding: --application <application>');
    const subject =
      code === undefined
        ? ({ kind: 'calendar' } as const)
        : ({ kind: 'finding', code, application: application ?? '' } as const);
    const plan = await session.client.exemptPlan({ params: { plan: argument(input, 0) }, body: { subject, reason } });
    session.show(plan, () => planLines(session.terminal, plan));
    return exitCodes.ok;
  },
};
