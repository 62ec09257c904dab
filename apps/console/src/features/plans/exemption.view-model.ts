import type { Finding, Obstacle, Plan } from '@almanac/protocol';

/** What can be set aside for one content of a plan. */
export type Exemptible =
  | { readonly kind: 'calendar' }
  | { readonly kind: 'finding'; readonly code: string; readonly application: string };

/** What setting something aside would open; null where nothing but the wanted step does. */
export function exemptibleOf(obstacle: Pick<Obstacle, 'code'>): Exemptible | null {
  return obstacle.code === 'frozen' || obstacle.code === 'outside-window' ? { kind: 'calendar' } : null;
}

export function exemptWords(subject: Exemptible): string {
  return subject.kind === 'calendar'
    ? 'freezes and change windows'
    : `${subject.code.replaceAll('-', ' ')} of ${subject.application}`;
}

/** The command that does the same; the reason as it is to be written there. */
export function exemptCommand(input: {
  readonly plan: Pick<Plan, 'number'>;
  readonly subject: Exemptible;
  readonly reason: string;
}): string {
  const { subject } = input;
  const what =
    subject.kind === 'calendar' ? '--calendar' : `--finding ${subject.code} --application ${subject.application}`;
  return `almanac plan except ${input.plan.number} ${what} --reason ${input.reason}`;
}

/** Whether somebody set a finding aside for what the plan contains now. */
export function isSetAside(plan: Pick<Plan, 'exemptions'>, finding: Pick<Finding, 'code' | 'application'>): boolean {
  const subject = `${finding.code} ${finding.application}`;
  return plan.exemptions.some((each) => each.valid && each.subject === subject);
}

/** Errors that nobody set aside for what the plan contains now. */
export function openErrors(plan: Pick<Plan, 'findings' | 'exemptions'>): readonly Finding[] {
  return plan.findings.filter((each) => each.severity === 'error' && !isSetAside(plan, each));
}
