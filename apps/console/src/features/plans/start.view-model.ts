import type { Obstacle, Plan, Standing } from '@almanac/protocol';
import { openErrors } from './exemption.view-model.ts';
import { asksForConfirmation } from './finding.view-model.ts';

/** Why a draft cannot be started yet, in a sentence; null when it can. */
export function startBlockedBy(input: {
  readonly plan: Pick<Plan, 'findings' | 'exemptions' | 'confirmed'>;
  readonly standing: Standing | undefined;
  readonly confirmed: ReadonlySet<string>;
}): string | null {
  const errors = openErrors(input.plan);
  if (errors.length > 0)
    return errors.length === 1 ? 'One error prevents the start.' : `${errors.length} errors prevent the start.`;
  const said = new Set([...input.confirmed, ...input.plan.confirmed]);
  const unsaid = input.plan.findings.filter((each) => asksForConfirmation(each) && !said.has(each.code));
  if (unsaid.length > 0) return 'Say of each marked warning that this is what you want.';
  const closed = (input.standing?.obstacles ?? []).find((each) => refuses.has(each.code));
  return closed === undefined ? null : `${closed.detail}.`;
}

/** Obstacles that no waiting removes. */
const refuses = new Set<Obstacle['code']>(['quarantined', 'tests-failed', 'tests-missing']);

/** What the button that starts a draft says: what will happen next. */
export function startLabel(input: {
  readonly plan: Pick<Plan, 'number' | 'environment'>;
  readonly environment: string;
  readonly standing: Standing | undefined;
  readonly notBefore: string;
}): string {
  const codes = new Set((input.standing?.obstacles ?? []).map((each) => each.code));
  const plan = `plan ${input.plan.number}`;
  if (codes.has('approval-missing')) return `Ask for approval of ${plan}`;
  if (codes.has('frozen')) return `Start ${plan} when the freeze ends`;
  if (input.notBefore !== '') return `Schedule ${plan} in ${input.environment}`;
  if (codes.has('outside-window')) return `Start ${plan} when the change window opens`;
  if (codes.has('not-soaked') || codes.has('too-young')) return `Start ${plan} as soon as policy lets it`;
  return `Start ${plan} in ${input.environment}`;
}

/** The commands that do the same as the button, one after the other. */
export function startCommands(input: {
  readonly plan: Pick<Plan, 'number'>;
  readonly confirmed: ReadonlySet<string>;
  readonly notBefore: string;
}): readonly string[] {
  const { plan, notBefore } = input;
  const confirm = input.confirmed.size === 0 ? [] : [` --confirm ${[...input.confirmed].toSorted().join(' ')}`];
  return [
    ...(notBefore === '' ? [] : [`almanac plan schedule ${plan.number} --at ${instantOf(notBefore)}`]),
    `almanac plan start ${plan.number}${confirm.join('')}`,
  ];
}

/** The instant that a date and time of an input means in the time of the person. */
export function instantOf(local: string): string {
  return new Date(local).toISOString();
}

/** The applications that a plan takes out of production, whose name must be typed before; empty elsewhere. */
export function removalsToConfirm(plan: Pick<Plan, 'operations'>, environmentType: string): readonly string[] {
  if (environmentType !== 'production') return [];
  return plan.operations.filter((each) => each.kind === 'remove').map((each) => each.application.name);
}
