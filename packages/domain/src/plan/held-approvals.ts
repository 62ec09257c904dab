import type { Approval } from '../governance/subject.ts';
import type { Approver } from './decide-approval.ts';

/**
 * The approvals that still count: an approval does not outlive the right by which it was given. Whoever may not approve there
 * any more, or is not there any more, has approved nothing, and whoever left a role or a team does not speak for it.
 */
export function heldApprovals(
  said: readonly Approval[],
  /** As whom somebody would approve now; undefined where they may not. */
  now: (by: string) => Pick<Approver, 'role' | 'teams'> | undefined,
): readonly Approval[] {
  return said.flatMap((each) => {
    const voice = now(each.by);
    if (voice === undefined) return [];
    return [
      {
        ...each,
        role: voice.role === each.role ? each.role : '',
        teams: each.teams.filter((team) => voice.teams.includes(team)),
      },
    ];
  });
}
