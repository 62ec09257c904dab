import { type ApprovalRule, type ExpeditedGate, minutesWords, type Policy, policyWords } from '@almanac/domain';
import { policy as policySchema } from '@almanac/protocol';
import { minutesOf } from '../../ui/spans.ts';
import { type CalendarForm, calendarForm, calendarOf } from './calendar-form.view-model.ts';

/** A rule of approval as a person fills it in. */
export interface ApprovalForm {
  readonly key: string;
  readonly name: string;
  readonly count: string;
  readonly by: ApprovalRule['by']['kind'];
  /** The role or the team. */
  readonly who: string;
  readonly excludeRequester: boolean;
}

/** A policy as a person fills it in: spans as words, numbers as text, nothing where a field is empty. */
export interface PolicyForm {
  readonly approvals: readonly ApprovalForm[];
  readonly windows: readonly CalendarForm[];
  readonly tests: boolean;
  readonly minimumAge: string;
  readonly soak: string;
  readonly twoStep: boolean;
  readonly stagedFor: string;
  readonly whileFrozen: Policy['whileFrozen'];
  readonly parallel: string;
  /** Empty where the plan alone says. */
  readonly failurePolicy: NonNullable<Policy['failurePolicy']> | '';
  readonly expedited: readonly ExpeditedGate[];
}

/** What is wrong, by JSON Pointer into the policy: `/approvals/0/name`. */
export type Faults = ReadonlyMap<string, string>;

/** What a person fills in for a policy that is there already. */
export function policyForm(policy: Policy): PolicyForm {
  const words = (minutes: number | null) => (minutes === null ? '' : minutesWords(minutes));
  return {
    approvals: policy.approvals.map((each, index) => ({
      key: `approval ${index}`,
      name: each.name,
      count: String(each.count),
      by: each.by.kind,
      who: each.by.kind === 'role' ? each.by.role : each.by.kind === 'team' ? each.by.team : '',
      excludeRequester: each.excludeRequester,
    })),
    windows: policy.windows.map((each, index) => calendarForm(each, `window ${index}`)),
    tests: policy.tests,
    minimumAge: words(policy.minimumAge),
    soak: words(policy.soak),
    twoStep: policy.twoStep,
    stagedFor: minutesWords(policy.stagedFor),
    whileFrozen: policy.whileFrozen,
    parallel: policy.parallel === null ? '' : String(policy.parallel),
    failurePolicy: policy.failurePolicy ?? '',
    expedited: policy.expedited,
  };
}

type Read =
  | { readonly ok: true; readonly policy: ReturnType<typeof policySchema.parse> }
  | { readonly ok: false; readonly faults: Faults };

/** The policy that was filled in, or what is wrong with it; calendars are for the server to judge. */
export function policyOf(form: PolicyForm): Read {
  const faults = new Map<string, string>();
  const span = (pointer: string, text: string): number | null => {
    if (text.trim() === '') return null;
    const minutes = minutesOf(text);
    if (minutes === undefined) faults.set(pointer, 'is a span such as 30 min, 2 h or 3 days');
    return minutes ?? null;
  };
  const given = {
    approvals: form.approvals.map((each) => ({
      name: each.name.trim(),
      count: Number(each.count),
      by: whoOf(each),
      excludeRequester: each.excludeRequester,
    })),
    windows: form.windows.map(calendarOf),
    tests: form.tests,
    minimumAge: span('/minimumAge', form.minimumAge),
    soak: span('/soak', form.soak),
    twoStep: form.twoStep,
    stagedFor: span('/stagedFor', form.stagedFor) ?? undefined,
    whileFrozen: form.whileFrozen,
    parallel: form.parallel.trim() === '' ? null : Number(form.parallel),
    failurePolicy: form.failurePolicy === '' ? null : form.failurePolicy,
    expedited: [...form.expedited],
  };
  const parsed = policySchema.safeParse(given);
  for (const issue of parsed.error?.issues ?? [])
    faults.set(`/${issue.path.join('/')}`, issue.code === 'too_small' && isText(issue) ? 'is missing' : issue.message);
  return parsed.success && faults.size === 0 ? { ok: true, policy: parsed.data } : { ok: false, faults };
}

function isText(issue: { readonly origin?: unknown }): boolean {
  return issue.origin === 'string';
}

function whoOf(form: ApprovalForm): ApprovalRule['by'] {
  if (form.by === 'role') return { kind: 'role', role: form.who.trim() };
  return form.by === 'team' ? { kind: 'team', team: form.who.trim() } : { kind: 'anyone' };
}

/** Faults that the server told, by their place in the policy. */
export function faultsOf(errors: readonly { readonly pointer: string; readonly detail: string }[]): Faults {
  return new Map(errors.map((each) => [each.pointer.replace(/^\/policy/, ''), each.detail]));
}

export interface PolicyChange {
  readonly kind: 'added' | 'removed' | 'same';
  readonly words: string;
}

/** What a policy asks for and another did not, and the other way round, a line each. */
export function policyChanges(before: Policy | undefined, after: Policy): readonly PolicyChange[] {
  const [was, is] = [before === undefined ? [] : policyWords(before), policyWords(after)];
  return [
    ...was.filter((line) => !is.includes(line)).map((words) => ({ kind: 'removed', words }) as const),
    ...is.map((words) => ({ kind: was.includes(words) ? 'same' : 'added', words }) as const),
  ];
}

export function isChange(changes: readonly PolicyChange[]): boolean {
  return changes.some((each) => each.kind !== 'same');
}
