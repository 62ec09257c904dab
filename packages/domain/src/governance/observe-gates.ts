import type { FleetPolicy } from '../fleet/fleet.ts';
import type { BuildId } from '../identity/id.ts';
import { type GateObservation, isAnalysedAnew, type Plan, type PlanContent } from '../plan/plan.ts';
import { frozenNow } from './freeze.ts';
import { standing } from './standing.ts';
import type { GovernanceFacts, Subject } from './subject.ts';

const minute = 60_000;

/** What governance says about a plan at `now`: all that the engine needs to know of policies, people and calendars. */
export function observeGates(
  given: {
    readonly plan: Plan;
    /** What the plan would be if it were analysed now; its own content where it is not analysed anew. */
    readonly analysed: PlanContent;
    readonly subject: Subject;
    readonly facts: GovernanceFacts;
    /** Rings that changes of the environment go over. */
    readonly rings: FleetPolicy | null;
  },
  now: number,
): GateObservation {
  const { plan, subject, facts } = given;
  const { content, operations, neighbours } = given.analysed;
  const { requirements } = facts;
  const obstacles = isAnalysedAnew(plan.state) ? standing(subject, facts, now) : [];
  // A staged plan was let in by its gates; two-step environments ask for their windows at the switch.
  const windowsLater = requirements.twoStep && plan.state !== 'staged';
  const isExempt = subject.exemptions.some((each) => each.subject === 'calendar' && each.content === subject.content);
  return {
    analysed: { content, operations, neighbours },
    obstacles: windowsLater ? obstacles.filter((each) => each.code !== 'outside-window') : obstacles,
    course: {
      twoStep: requirements.twoStep,
      stagedFor: requirements.stagedFor * minute,
      whileFrozen: requirements.whileFrozen,
      parallel: requirements.parallel,
      rings: given.rings,
    },
    frozen: isExempt ? null : frozenNow(facts.freezes, now),
    quarantined: new Set<BuildId>(facts.quarantines.map((each) => each.build)),
  };
}
