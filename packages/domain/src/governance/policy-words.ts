import { calendarWords, minutesWords } from './calendar-words.ts';
import type { ApprovalRule, Policy, Scope } from './policy.ts';

const failureWords = {
  stop: 'when an operation fails the rest stops, unless a plan says otherwise',
  continue: 'when an operation fails the others go on, unless a plan says otherwise',
  return: 'when an operation fails all returns to what it was, unless a plan says otherwise',
} as const satisfies Record<NonNullable<Policy['failurePolicy']>, string>;

/** What a policy asks for, a line each, for people. */
export function policyWords(policy: Policy): readonly string[] {
  const lines = [
    ...policy.approvals.map(
      (each) =>
        `${each.count} approval${each.count === 1 ? '' : 's'} (${each.name}) by ${approversWords(each.by)}${each.excludeRequester ? ', not by the requester' : ''}`,
    ),
    ...policy.windows.map((each) => `changes begin ${calendarWords(each)}`),
    ...(policy.tests ? ['tests must have passed on the build'] : []),
    ...(policy.minimumAge === null ? [] : [`a build is at least ${minutesWords(policy.minimumAge)} old`]),
    ...(policy.soak === null ? [] : [`a build ran for ${minutesWords(policy.soak)} in the environment before`]),
    ...(policy.twoStep ? [`stops once everything is staged, for at most ${minutesWords(policy.stagedFor)}`] : []),
    ...(policy.whileFrozen === 'stop' ? ['what runs when a freeze begins rests'] : []),
    ...(policy.parallel === null ? [] : [`at most ${policy.parallel} operations at once`]),
    ...(policy.failurePolicy === null ? [] : [failureWords[policy.failurePolicy]]),
    ...(policy.expedited.length === 0 ? [] : [`a hotfix need not wait for: ${policy.expedited.join(', ')}`]),
  ];
  return lines.length === 0 ? ['asks for nothing'] : lines;
}

export function scopeWords(scope: Scope): string {
  if (scope.kind === 'estate') return 'Everywhere';
  return scope.kind === 'path' ? `${scope.environment} and what comes after it` : scope.environment;
}

function approversWords(by: ApprovalRule['by']): string {
  if (by.kind === 'anyone') return 'anybody who may approve';
  return by.kind === 'role' ? `role ${by.role}` : `team ${by.team}`;
}
