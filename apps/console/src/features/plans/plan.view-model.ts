import type { Operation, Plan } from '@almanac/protocol';

export interface PlanCommand {
  readonly kind: 'start' | 'cancel' | 'abort';
  readonly label: string;
}

const changing = new Set<Plan['state']>(['staging', 'staged', 'deploying', 'paused']);
const waiting = new Set<Plan['state']>(['draft', 'awaiting-approval', 'scheduled', 'queued']);

/** What a person can do with a plan in its state. */
export function commandsOf(plan: Plan): readonly PlanCommand[] {
  const where = plan.environment.name;
  if (plan.state === 'draft') {
    const blocked = plan.findings.some((each) => each.severity === 'error');
    return [
      ...(blocked ? [] : [{ kind: 'start', label: `Start plan ${plan.number} in ${where}` } as const]),
      { kind: 'cancel', label: `Cancel plan ${plan.number}` },
    ];
  }
  if (waiting.has(plan.state)) return [{ kind: 'cancel', label: `Cancel plan ${plan.number}` }];
  if (changing.has(plan.state))
    return [{ kind: 'abort', label: `Abort plan ${plan.number}: running operations go back` }];
  return [];
}

/** The operations of a plan by wave, in the order in which they run. */
export function wavesOf(plan: Plan): readonly { readonly wave: number; readonly operations: readonly Operation[] }[] {
  const waves = [...new Set(plan.operations.map((each) => each.wave))].toSorted((a, b) => a - b);
  return waves.map((wave) => ({ wave, operations: plan.operations.filter((each) => each.wave === wave) }));
}

/** The head of a wave in words. */
export function waveTitle(input: { readonly index: number; readonly count: number }): string {
  if (input.count === 1) return 'Together';
  return input.index === 0 ? 'First' : `Then (${input.index + 1} of ${input.count})`;
}
