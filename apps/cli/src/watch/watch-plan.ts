import { type Operation, type Plan, type RingProgress, strategyWords } from '@almanac/protocol';
import { exitCodes } from '../exit-codes.ts';
import { findingLines } from '../output/finding-lines.ts';
import type { Terminal } from '../output/terminal.ts';
import { stateMark } from '../output/words.ts';
import type { Session } from '../session.ts';

const ended = new Set<Plan['state']>([
  'succeeded',
  'succeeded-with-warnings',
  'cancelled',
  'aborted',
  'returned',
  'failed',
  'expired',
]);

export function isEnded(plan: Plan): boolean {
  return ended.has(plan.state);
}

/** Whether it goes no further before somebody acts, or a time comes: nobody sits and waits for that. */
function waitsForSomebody(plan: Plan): boolean {
  return plan.state === 'awaiting-approval' || plan.state === 'scheduled' || plan.waitsForContinue;
}

/** Follows a plan to its end, or to where somebody has to act: one block that moves on a terminal, a line for each change elsewhere. */
export async function watchPlan(session: Session, plan: Plan): Promise<Plan> {
  let current = plan;
  let told = '';
  const tell = () => {
    if (session.json) return;
    if (session.terminal.interactive) return session.terminal.update(planLines(session.terminal, current));
    const line = summaryOf(current);
    if (line !== told) session.terminal.print(line);
    told = line;
  };
  tell();
  while (!isEnded(current) && current.state !== 'draft' && !waitsForSomebody(current)) {
    current = await session.client.getPlan({
      params: { plan: current.id },
      query: { after: current.revision, wait: 20 },
    });
    tell();
  }
  return current;
}

/** A plan for people: its state, and each operation with its progress on each site. */
export function planLines(terminal: Terminal, plan: Plan): readonly string[] {
  const head = `${stateMark(terminal, plan.state)} Plan ${plan.number} in ${plan.environment.name}${plan.release === null ? '' : ` of release ${plan.release.name}`}: ${plan.state}${plan.reason === null ? '' : ` (${plan.reason})`}`;
  return [
    head,
    ...plan.operations.flatMap((operation) => operationLines(terminal, operation)),
    ...plan.findings.flatMap((finding) => findingLines(terminal, finding)),
  ];
}

function operationLines(terminal: Terminal, operation: Operation): readonly string[] {
  const from = operation.before?.label ?? 'nothing';
  const to = operation.after?.label ?? 'nothing';
  const change = operation.kind === 'configure' ? `settings of ${to}` : `${from} → ${to}`;
  const line = `  ${stateMark(terminal, operation.state)} ${operation.application.name}  ${change}  ${operation.state}`;
  // Where there are rings, their counts say it for all sites.
  const sites = (operation.rings.length > 0 ? [] : operation.sites)
    .filter(() => operation.state === 'running' || operation.state === 'failed' || operation.state === 'returning')
    .map((each) => `      ${each.site.name}: ${each.phase}${each.message === null ? '' : `, ${each.message}`}`);
  const rollout = operation.rollout === null ? [] : [`      takes over by ${strategyWords(operation.rollout)}`];
  const message = operation.message === null ? [] : [`      ${operation.message}`];
  return [line, ...rollout, ...message, ...operation.rings.map((each) => ringLine(terminal, each)), ...sites];
}

function ringLine(terminal: Terminal, ring: RingProgress): string {
  const { counts } = ring;
  const words =
    counts === null
      ? ''
      : `  ${counts.done} of ${counts.total} done, ${counts.failed} failed, ${counts.offline} offline, ${counts.waiting} waiting`;
  return `      ${stateMark(terminal, ring.state)} ring ${ring.name}: ${ring.state}${words}`;
}

function summaryOf(plan: Plan): string {
  const operations = plan.operations.map((each) => `${each.application.name} ${each.state}`).join(', ');
  return `plan ${plan.number} ${plan.state}${plan.reason === null ? '' : ` (${plan.reason})`}: ${operations}`;
}

/** Whether a ring failed, or was taken back: the plan rests, and did not do what it was made for. */
function restsAtRing(plan: Plan): boolean {
  const rings = plan.operations.flatMap((each) => each.rings);
  return plan.state === 'paused' && rings.some(({ state }) => state === 'stopped' || state === 'returned');
}

export function planExitCode(plan: Plan): number {
  if (restsAtRing(plan)) return exitCodes.workFailed;
  if (waitsForSomebody(plan)) return exitCodes.ok;
  return plan.state === 'succeeded' || plan.state === 'succeeded-with-warnings' ? exitCodes.ok : exitCodes.workFailed;
}

/**
 * Shows a plan that was just made, and follows it to its end. A draft is not followed: its findings prevent the start,
 * or the caller only wanted to see it; nor is a plan when the caller did not ask to wait.
 */
export async function showStarted(
  session: Session,
  input: { readonly plan: Plan; readonly wait: boolean },
): Promise<number> {
  const { plan } = input;
  if (plan.state === 'draft' || !input.wait) {
    const blocked = plan.findings.some((each) => each.severity === 'error');
    session.show(plan, () => [...planLines(session.terminal, plan), nextStep(plan, blocked)]);
    return blocked ? exitCodes.workFailed : exitCodes.ok;
  }
  const interrupted = () => {
    session.terminal.print(
      `\nPlan ${plan.number} goes on. Watch it again with: almanac plan show ${plan.number} --follow`,
    );
    process.exit(exitCodes.ok);
  };
  process.once('SIGINT', interrupted);
  const last = await watchPlan(session, plan);
  process.removeListener('SIGINT', interrupted);
  session.show(last, () => [
    ...(session.terminal.interactive ? [] : planLines(session.terminal, last)),
    ...(isEnded(last) ? [] : [nextStep(last, false)]),
  ]);
  return planExitCode(last);
}

function nextStep(plan: Plan, blocked: boolean): string {
  if (plan.state === 'awaiting-approval') return `Somebody else approves it with: almanac plan approve ${plan.number}`;
  if (plan.state === 'scheduled') return `It begins by itself. What it waits for: almanac why ${plan.number}`;
  if (restsAtRing(plan))
    return `To take it back everywhere: almanac plan abort ${plan.number}\nTo go on all the same: almanac plan continue ${plan.number}`;
  if (plan.waitsForContinue) return `It goes on with: almanac plan continue ${plan.number}`;
  if (plan.state !== 'draft') return `Watch it with: almanac plan show ${plan.number} --follow`;
  if (blocked) return `Its findings prevent the start. Mend them, then: almanac plan start ${plan.number}`;
  return `Nothing has changed yet. Start it with: almanac plan start ${plan.number}`;
}
