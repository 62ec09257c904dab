import { confirmationCodes } from '@almanac/domain';
import type { Operation, Plan } from '@almanac/protocol';

export interface PlanCommand {
  readonly kind: 'start' | 'approve' | 'reject' | 'continue' | 'pause' | 'retry' | 'cancel' | 'abort';
  readonly label: string;
  /** Whether it is the step that leads on. */
  readonly leads: boolean;
  /** What a person is asked before it is done; null when nothing is. */
  readonly asks: string | null;
}

const changing = new Set<Plan['state']>(['staging', 'staged', 'deploying', 'paused']);
const waiting = new Set<Plan['state']>(['draft', 'awaiting-approval', 'scheduled', 'queued']);
const repeatable = new Set<Plan['state']>(['failed', 'aborted', 'returned', 'cancelled', 'expired']);

/** What a person can do with a plan in its state. */
export function commandsOf(plan: Plan): readonly PlanCommand[] {
  if (plan.state === 'draft') return draftCommands(plan);
  if (waiting.has(plan.state)) return [...approvalCommands(plan), cancelOf(plan)];
  if (changing.has(plan.state)) return runningCommands(plan);
  if (repeatable.has(plan.state))
    return [command('retry', `Make a new draft of plan ${plan.number}`, { leads: false, asks: null })];
  return [];
}

function draftCommands(plan: Plan): readonly PlanCommand[] {
  const blocked = plan.findings.some((each) => each.severity === 'error');
  const steps = confirmationsOf(plan);
  const label = `Start plan ${plan.number} in ${plan.environment.name}${steps.length === 0 ? '' : ', as it is meant'}`;
  return [...(blocked ? [] : [command('start', label, { leads: true, asks: null })]), cancelOf(plan)];
}

function approvalCommands(plan: Plan): readonly PlanCommand[] {
  if (plan.state !== 'awaiting-approval') return [];
  return [
    command('approve', `Approve plan ${plan.number}`, { leads: true, asks: null }),
    command('reject', `Send plan ${plan.number} back`, { leads: false, asks: 'Why is it not what should happen?' }),
  ];
}

function runningCommands(plan: Plan): readonly PlanCommand[] {
  const where = plan.environment.name;
  const label = plan.state === 'staged' ? `Switch ${where} to what is staged` : `Let plan ${plan.number} go on`;
  return [
    plan.waitsForContinue
      ? command('continue', label, { leads: true, asks: null })
      : command('pause', `Let plan ${plan.number} rest`, { leads: false, asks: 'Why should nothing further begin?' }),
    command('abort', `Abort plan ${plan.number}: running operations go back`, { leads: false, asks: null }),
  ];
}

function cancelOf(plan: Plan): PlanCommand {
  return command('cancel', `Cancel plan ${plan.number}`, { leads: false, asks: null });
}

function command(kind: PlanCommand['kind'], label: string, rest: Pick<PlanCommand, 'leads' | 'asks'>): PlanCommand {
  return { kind, label, ...rest };
}

/** Findings of which somebody has to say that they are wanted; whoever starts it with them in sight does. */
export function confirmationsOf(plan: Plan): string[] {
  const codes: readonly string[] = plan.findings.map((each) => each.code);
  return [...new Set(codes.filter((code) => confirmationCodes.has(code)))];
}

/** Whether its gates are what matters: before it begins, and at the switch of a staged one. */
export function isAtGates(plan: Plan): boolean {
  return waiting.has(plan.state) || plan.state === 'staged';
}

/** Whether the list of what stands in its way says all that its reason would say. */
export function isToldByGates(plan: Plan): boolean {
  return plan.state === 'awaiting-approval' || plan.state === 'scheduled';
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
