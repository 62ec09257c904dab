import type { ApplicationId } from '../identity/id.ts';
import { targetsOf } from './advance.ts';
import type { Plan, Target } from './plan.ts';

/** What an environment contains by an earlier decision, as far as it matters here: the operation of each application. */
export type ByOperation = ReadonlyMap<ApplicationId, Pick<Target, 'operation'>>;

/** What is other than before for one application; null takes it away, and what stays is absent. */
export interface TargetChange {
  readonly application: ApplicationId;
  readonly target?: Target | null;
  readonly staged?: Target | null;
}

/** What a plan that has begun changes of what its environment should run, and of what its sites should have ready. */
export function targetChanges(
  plan: Plan,
  present: { readonly targets: ByOperation; readonly staged: ByOperation },
): readonly TargetChange[] {
  return [...targetsOf(plan)].flatMap(([application, wanted]): readonly TargetChange[] => {
    const moves = present.targets.get(application)?.operation !== wanted.target?.operation;
    const stages = present.staged.get(application)?.operation !== wanted.staged?.operation;
    if (!moves && !stages) return [];
    return [{ application, ...(moves ? { target: wanted.target } : {}), ...(stages ? { staged: wanted.staged } : {}) }];
  });
}
