import type { Completion, Plan } from '@almanac/protocol';
import type { OperationRequest } from './choice.ts';

/** What a draft contains, with its builds as they are: what it means does not change while it is asked about. */
export function operationsOfPlan(plan: Pick<Plan, 'operations'>): readonly OperationRequest[] {
  return plan.operations.map((each): OperationRequest => {
    const application = each.application.id;
    if (each.kind !== 'deploy' || each.after === null)
      return { kind: each.kind === 'deploy' ? 'configure' : each.kind, application };
    return { kind: 'deploy', application, source: { kind: 'build', build: each.after.id } };
  });
}

/** The answer in a sentence; `source` is where further builds were looked for. */
export function completionWords(completion: Completion, source: string | undefined): string {
  const from = source === undefined ? '' : ` from ${source}`;
  if (completion.outcome === 'impossible') return `Nothing that is available${from} mends this:`;
  if (completion.outcome === 'undecided') return 'No set was found in the time that a search may take:';
  const count = completion.operations.length;
  if (count === 0) return 'Nothing has to be added: no reference breaks.';
  const what = count === 1 ? 'One further operation mends it' : `${count} further operations mend it`;
  return completion.proven
    ? `${what}, and nothing smaller does:`
    : `${what}; there may be a smaller set, for which the time was too short:`;
}

/** The command that asks the same. */
export function completionCommand(input: {
  readonly plan: Pick<Plan, 'operations'>;
  readonly target: string;
  readonly source: string | undefined;
}): string {
  const deployed = input.plan.operations.flatMap((each) =>
    each.kind === 'remove'
      ? []
      : [each.after?.version == null ? each.application.name : `${each.application.name}@${each.after.version}`],
  );
  const removed = input.plan.operations.filter((each) => each.kind === 'remove').map((each) => each.application.name);
  return [
    'almanac impact',
    ...deployed,
    ...(removed.length === 0 ? [] : [`--remove ${removed.join(' ')}`]),
    ...(input.source === undefined ? [] : [`--from ${input.source}`]),
    `--to ${input.target}`,
    '--complete',
  ].join(' ');
}
