import { argument, type CommandDefinition, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { CommandError } from '../../output/report-error.ts';
import { planLines } from '../../watch/watch-plan.ts';

export const approvePlan: CommandDefinition = {
  usage: 'approve <number>',
  summary: 'Approve what a plan contains now; an edit makes the approval void',
  examples: ['almanac plan approve 17 --comment "checked with support"'],
  options: [
    ['--comment <text>', 'kept with the approval', ''],
    ['--content <digest>', 'what you looked at, as "plan show" tells it; what it contains now otherwise'],
  ],
  run: async (session, input) => {
    const params = { plan: argument(input, 0) };
    const seen = textOption(input, 'content') ?? (await session.client.getPlan({ params })).content;
    const plan = await session.client.approvePlan({
      params,
      body: { content: seen, comment: textOption(input, 'comment') ?? '' },
    });
    session.show(plan, () => planLines(session.terminal, plan));
    return exitCodes.ok;
  },
};

export const rejectPlan: CommandDefinition = {
  usage: 'reject <number>',
  summary: 'Send a plan back to whoever composed it',
  examples: ['almanac plan reject 17 --comment "not on a Friday"'],
  options: [['--comment <text>', 'why']],
  run: async (session, input) => {
    const comment = textOption(input, 'comment');
    if (comment === undefined) throw new CommandError('say why: --comment <text>');
    const plan = await session.client.rejectPlan({ params: { plan: argument(input, 0) }, body: { comment } });
    session.show(plan, () => planLines(session.terminal, plan));
    return exitCodes.ok;
  },
};

export const withdrawApproval: CommandDefinition = {
  usage: 'withdraw <number>',
  summary: 'Take your approval back, as long as the plan has not begun',
  examples: ['almanac plan withdraw 17'],
  run: async (session, input) => {
    const plan = await session.client.withdrawApproval({ params: { plan: argument(input, 0) }, body: {} });
    session.show(plan, () => planLines(session.terminal, plan));
    return exitCodes.ok;
  },
};
