import type { Operation, Plan } from '@almanac/protocol';
import { asksForConfirmation } from './finding.view-model.ts';

/** Something a person can do with a plan, with the words that say what happens. */
export interface PlanCommand {
  readonly kind:
    | 'edit'
    | 'cancel'
    | 'abort'
    | 'approve'
    | 'reject'
    | 'withdraw'
    | 'continue'
    | 'pause'
    | 'retry'
    | 'reuse';
  readonly label: string;
  /** What happens then; shown before it does. */
  readonly consequence: string;
  /** Whether a reason or comment is asked for, and whether it must be given. */
  readonly words: 'none' | 'optional' | 'required';
  readonly command: string;
}

const running = new Set<Plan['state']>(['staging', 'staged', 'deploying']);
const atGates = new Set<Plan['state']>(['awaiting-approval', 'scheduled', 'queued']);

export function isAtGates(plan: Pick<Plan, 'state'>): boolean {
  return atGates.has(plan.state);
}

/** Whether its gates are of interest: it has not begun, or waits to be continued. */
export function hasGates(plan: Pick<Plan, 'state'>): boolean {
  return plan.state === 'draft' || plan.state === 'staged' || isAtGates(plan);
}

/** What a person can do with a plan in its state. `me` is the name of the person. */
export function commandsOf(plan: Plan, me: string | undefined): readonly PlanCommand[] {
  const own = plan.approvals.some((each) => each.by === me && each.valid && each.verdict === 'approved');
  if (plan.state === 'draft') return [edit(plan), cancel(plan)];
  if (isAtGates(plan))
    return [
      ...(plan.state === 'awaiting-approval' && !own ? [approve(plan), reject(plan)] : []),
      ...(own ? [withdraw(plan)] : []),
      edit(plan),
      cancel(plan),
    ];
  if (plan.state === 'paused') return [goOn(plan), abort(plan)];
  if (running.has(plan.state)) return [...(plan.waitsForContinue ? [goOn(plan)] : []), pause(plan), abort(plan)];
  if (plan.state === 'aborting' || plan.state === 'returning') return [];
  return [retry(plan), reuse(plan)];
}

const edit = (plan: Plan): PlanCommand => ({
  kind: 'edit',
  label: 'Change what it does',
  consequence: 'Its approvals are void as soon as its content is another.',
  words: 'none',
  command: `almanac plan edit ${plan.number}`,
});

const cancel = (plan: Plan): PlanCommand => ({
  kind: 'cancel',
  label: `Cancel plan ${plan.number}`,
  consequence: 'Nothing was changed yet, and nothing will be. It cannot be started any more; it can be retried.',
  words: 'none',
  command: `almanac plan cancel ${plan.number}`,
});

const approve = (plan: Plan): PlanCommand => ({
  kind: 'approve',
  label:
    plan.operations.length > 2
      ? `Approve all ${plan.operations.length} operations of plan ${plan.number}`
      : `Approve ${changesInWords(plan)}`,
  consequence: `You say that ${changesInWords(plan)} may happen in ${plan.environment.name}. It counts for exactly this content: a changed plan needs your word again.`,
  words: 'optional',
  command: `almanac plan approve ${plan.number}`,
});

const reject = (plan: Plan): PlanCommand => ({
  kind: 'reject',
  label: `Send it back to ${plan.requestedBy}`,
  consequence: 'It becomes a draft again, with your reason in its log.',
  words: 'required',
  command: `almanac plan reject ${plan.number} --comment <text>`,
});

const withdraw = (plan: Plan): PlanCommand => ({
  kind: 'withdraw',
  label: 'Take your approval back',
  consequence: 'Your approval does not count any more. You can give it again as long as the plan has not begun.',
  words: 'none',
  command: `almanac plan withdraw ${plan.number}`,
});

const goOn = (plan: Plan): PlanCommand => ({
  kind: 'continue',
  label: plan.state === 'paused' ? `Continue plan ${plan.number}` : `Switch ${plan.environment.name} to what is staged`,
  consequence:
    plan.state === 'paused'
      ? 'What was not begun yet begins now, in its order.'
      : `Everything is on its sites already. ${changesInWords(plan)} takes over from what runs in ${plan.environment.name}.`,
  words: 'none',
  command: `almanac plan continue ${plan.number}`,
});

const pause = (plan: Plan): PlanCommand => ({
  kind: 'pause',
  label: `Pause plan ${plan.number}`,
  consequence: 'Nothing further begins. What is running now comes to its end.',
  words: 'required',
  command: `almanac plan pause ${plan.number} --reason <text>`,
});

const abort = (plan: Plan): PlanCommand => ({
  kind: 'abort',
  label: `Abort plan ${plan.number}`,
  consequence: abortConsequence(plan),
  words: 'none',
  command: `almanac plan abort ${plan.number}`,
});

const retry = (plan: Plan): PlanCommand => ({
  kind: 'retry',
  label: 'Make a new plan of the same',
  consequence: 'A draft with the same content is made and analysed against what runs now. Nothing starts.',
  words: 'none',
  command: `almanac plan retry ${plan.number}`,
});

const reuse = (plan: Plan): PlanCommand => ({
  kind: 'reuse',
  label: 'Reuse it in another environment',
  consequence:
    'A draft that brings the same builds to another environment, with the settings of that one. Nothing starts.',
  words: 'none',
  command: `almanac plan reuse ${plan.number} --to <environment>`,
});

/** What an abort does to each operation, by name. */
function abortConsequence(plan: Plan): string {
  const names = (state: Operation['state']) =>
    plan.operations.filter((each) => each.state === state).map((each) => each.application.name);
  const parts = [
    sentence(names('running'), 'goes back to what ran before', 'go back to what ran before'),
    sentence(names('succeeded'), 'is done and stays as it is now', 'are done and stay as they are now'),
    sentence(names('pending'), 'is not begun', 'are not begun'),
  ].filter((each) => each !== '');
  return parts.length === 0 ? 'What is running goes back to what ran before.' : `${parts.join(' ')}`;
}

function sentence(names: readonly string[], one: string, many: string): string {
  if (names.length === 0) return '';
  return `${listed(names)} ${names.length === 1 ? one : many}.`;
}

function listed(names: readonly string[]): string {
  if (names.length <= 1) return names.join('');
  if (names.length > 4) return `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** What a plan does, in a few words: "orders 1.2.0 and storefront 2.0.0". */
export function changesInWords(plan: Pick<Plan, 'operations'>): string {
  return listed(
    plan.operations.map((each) => {
      if (each.kind === 'remove') return `the removal of ${each.application.name}`;
      if (each.kind === 'configure') return `settings of ${each.application.name}`;
      return `${each.application.name} ${each.after?.label ?? ''}`.trim();
    }),
  );
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

/** How far a plan is, for its time line: "1 of 3 done, 1 running". */
export function progressWords(plan: Pick<Plan, 'operations'>): string {
  const count = (state: Operation['state']) => plan.operations.filter((each) => each.state === state).length;
  const parts = [`${count('succeeded')} of ${plan.operations.length} done`];
  for (const [state, word] of [
    ['running', 'running'],
    ['failed', 'failed'],
    ['returning', 'going back'],
    ['returned', 'went back'],
  ] as const)
    if (count(state) > 0) parts.push(`${count(state)} ${word}`);
  return parts.join(', ');
}

/** Who began it, in words: an environment that follows a branch does it by itself. */
export function startedBy(plan: Pick<Plan, 'origin' | 'requestedBy'>): string {
  return plan.origin === 'following' ? 'because it follows its branch' : `by ${plan.requestedBy}`;
}

/** The codes that whoever starts a plan says yes to, where one question asks for all of it. */
export function confirmationsOf(plan: Pick<Plan, 'findings'>): string[] {
  return [...new Set(plan.findings.filter(asksForConfirmation).map((each) => each.code))];
}
