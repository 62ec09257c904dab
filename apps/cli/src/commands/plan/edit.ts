import { type CommandDefinition, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { planLines } from '../../watch/watch-plan.ts';
import { failurePolicyOf } from './create.ts';
import { compositionOf, compositionOptions } from './operations.ts';

export const editPlan: CommandDefinition = {
  usage: 'edit <number> [applications...]',
  summary: 'Change what a plan contains, as long as it has not begun; it is a draft again, and approvals are void',
  examples: ['almanac plan edit 17 orders@1.4.1 catalog@2.0.1', 'almanac plan edit 17 --on-failure return'],
  options: [
    ...compositionOptions,
    ['--on-failure <policy>', 'what becomes of the rest when one fails: stop, continue or return'],
    ['--notes <text>', 'why'],
  ],
  run: async (session, input) => {
    const [number = '', ...applications] = input.args;
    const composed = await compositionOf({ ...input, args: applications });
    const changes =
      composed.operations.length > 0 || 'differences' in composed || 'release' in composed ? composed : {};
    const notes = textOption(input, 'notes');
    const policy = textOption(input, 'onFailure');
    const { revision } = await session.client.getPlan({ params: { plan: number } });
    const plan = await session.client.editPlan({
      params: { plan: number },
      body: {
        ...changes,
        revision,
        ...(notes === undefined ? {} : { notes }),
        ...(policy === undefined ? {} : { failurePolicy: failurePolicyOf(policy) }),
      },
    });
    session.show(plan, () => planLines(session.terminal, plan));
    return exitCodes.ok;
  },
};
