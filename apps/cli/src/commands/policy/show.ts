import type { PolicyVersion } from '@almanac/protocol';
import { argument, type CommandDefinition } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { ago } from '../../output/words.ts';

export const showPolicy: CommandDefinition = {
  usage: 'show <environment>',
  summary: 'Show what an environment asks of a change, and where that comes from',
  examples: ['almanac policy show production'],
  run: async (session, input) => {
    const environment = argument(input, 0);
    const found = await session.client.getPolicy({ params: { environment } });
    session.show(found, () =>
      found.policies.length === 0
        ? [`${environment} asks for nothing: a change begins at once. Give it a policy: almanac policy set --help`]
        : found.policies.flatMap((each) => [
            `${scopeWords(each.scope)}, version ${each.version} by ${each.changedBy}, ${ago(each.changedAt, session.now())}`,
            ...policyLines(each.policy).map((line) => `  ${line}`),
          ]),
    );
    return exitCodes.ok;
  },
};

export function scopeWords(scope: PolicyVersion['scope']): string {
  if (scope.kind === 'estate') return 'Everywhere';
  return scope.kind === 'path' ? `${scope.environment} and what comes after it` : scope.environment;
}

export function calendarWords(calendar: PolicyVersion['policy']['windows'][number]): string {
  return `from ${calendar.start} ${calendar.zone} for ${calendar.duration}${calendar.rule === null ? '' : `, ${calendar.rule}`}`;
}

function policyLines(policy: PolicyVersion['policy']): readonly string[] {
  const lines = [
    ...policy.approvals.map(
      (each) =>
        `${each.count} approval${each.count === 1 ? '' : 's'} (${each.name}) by ${approvers(each.by)}${each.excludeRequester ? ', not by the requester' : ''}`,
    ),
    ...policy.windows.map((each) => `changes ${calendarWords(each)}`),
    ...(policy.tests ? ['tests must have passed on the build'] : []),
    ...(policy.minimumAge === null ? [] : [`a build is at least ${policy.minimumAge} min old`]),
    ...(policy.soak === null ? [] : [`a build ran for ${policy.soak} min in the environment before`]),
    ...(policy.twoStep ? [`stops once everything is staged, for at most ${policy.stagedFor} min`] : []),
    ...(policy.whileFrozen === 'stop' ? ['what runs when a freeze begins rests'] : []),
    ...(policy.parallel === null ? [] : [`at most ${policy.parallel} operations at once`]),
    ...(policy.expedited.length === 0 ? [] : [`a hotfix need not wait for: ${policy.expedited.join(', ')}`]),
  ];
  return lines.length === 0 ? ['asks for nothing'] : lines;
}

function approvers(by: PolicyVersion['policy']['approvals'][number]['by']): string {
  if (by.kind === 'anyone') return 'anybody who may approve';
  return by.kind === 'role' ? `role ${by.role}` : `team ${by.team}`;
}
