import type { FollowedPolicy, PolicyVersion } from '@almanac/protocol';

/** Who made a version, or the commit that it comes from. */
export function originWords(version: PolicyVersion): string {
  const { origin } = version;
  return origin === null
    ? `by ${version.changedBy}`
    : `from ${origin.path} at ${origin.commit.slice(0, 8)} in ${origin.repository}, branch ${origin.branch}`;
}

/** Where a policy is read from, and what is wrong there. */
export function followedLines(followed: FollowedPolicy): readonly string[] {
  const { fault } = followed;
  const seen = followed.commit === null ? 'not read yet' : `looked at ${followed.commit.slice(0, 8)}`;
  return [
    `  is read from ${followed.path} in ${followed.repository}, branch ${followed.branch} (${seen})`,
    ...(fault === null ? [] : [`  what is there is not taken over: ${fault.detail}`]),
    ...(fault?.faults ?? []).map((each) => `    ${each.line}:${each.column}  ${each.path}: ${each.detail}`),
  ];
}
