import type { FailurePolicy } from '../plan/plan.ts';
import type { Calendar } from './calendar.ts';

/** Who has to agree before something begins. */
export interface ApprovalRule {
  readonly name: string;
  /** How many people. */
  readonly count: number;
  /** Whose approval counts: of anybody who may approve there, of a role, or of a team. */
  readonly by:
    | { readonly kind: 'anyone' }
    | { readonly kind: 'role'; readonly role: string }
    | { readonly kind: 'team'; readonly team: string };
  /** Whether those who composed or edited the plan are left out. */
  readonly excludeRequester: boolean;
}

/** Gates that a hotfix may pass without waiting; that it did is recorded. */
export const expeditedGates = ['approvals', 'windows', 'freezes', 'age', 'soak'] as const;
export type ExpeditedGate = (typeof expeditedGates)[number];

/** What an environment asks of a change before it begins, and how the change is carried out. As data, in versions. */
export interface Policy {
  readonly approvals: readonly ApprovalRule[];
  /** Changes begin only while one of them holds; none means at any time. */
  readonly windows: readonly Calendar[];
  /** Whether each build must have tests that ran on it, and all of which passed. */
  readonly tests: boolean;
  /** How old a build must be, in minutes. */
  readonly minimumAge: number | null;
  /** How long a build must have run in the environment before on the path, in minutes. */
  readonly soak: number | null;
  /** Whether a plan stops once everything is staged, until somebody continues it. */
  readonly twoStep: boolean;
  /** How long a staged plan waits for that, in minutes. */
  readonly stagedFor: number;
  /** What a freeze does to a plan that runs already. */
  readonly whileFrozen: 'finish' | 'stop';
  /** How many operations of a wave run together; null when all do. */
  readonly parallel: number | null;
  /** What becomes of the rest of a plan when one of its operations fails, where the plan does not say; null for nothing. */
  readonly failurePolicy: FailurePolicy | null;
  /** What a hotfix need not wait for. */
  readonly expedited: readonly ExpeditedGate[];
}

/** Where something holds: everywhere, in an environment, or in one and in all that come after it on the path. */
export type Scope =
  | { readonly kind: 'estate' }
  | { readonly kind: 'path'; readonly environment: string }
  | { readonly kind: 'environment'; readonly environment: string };

/** What asks for nothing: a change begins at once. */
export const openPolicy: Policy = {
  approvals: [],
  windows: [],
  tests: false,
  minimumAge: null,
  soak: null,
  twoStep: false,
  stagedFor: 24 * 60,
  whileFrozen: 'finish',
  parallel: null,
  failurePolicy: null,
  expedited: [],
};

/** The one that leaves least behind comes first. */
const carefulFirst: readonly FailurePolicy[] = ['return', 'stop', 'continue'];

/** The policies that hold in one environment, taken together: each of them has to be satisfied. */
export interface Requirements extends Omit<Policy, 'windows'> {
  /** One entry for each policy that has windows. */
  readonly windows: readonly (readonly Calendar[])[];
}

/** Takes policies together, the strictest of each; a gate is expedited only where all of them say so. */
export function combinePolicies(policies: readonly Policy[]): Requirements {
  const given = policies.length === 0 ? [openPolicy] : policies;
  return {
    approvals: given.flatMap((each) => each.approvals),
    windows: given.map((each) => each.windows).filter((each) => each.length > 0),
    tests: given.some((each) => each.tests),
    minimumAge: greatest(given.map((each) => each.minimumAge)),
    soak: greatest(given.map((each) => each.soak)),
    twoStep: given.some((each) => each.twoStep),
    stagedFor: Math.min(...given.map((each) => each.stagedFor)),
    whileFrozen: given.some((each) => each.whileFrozen === 'stop') ? 'stop' : 'finish',
    parallel: least(given.map((each) => each.parallel)),
    failurePolicy: carefulFirst.find((each) => given.some((policy) => policy.failurePolicy === each)) ?? null,
    expedited: expeditedGates.filter((gate) => given.every((each) => each.expedited.includes(gate))),
  };
}

/** Whether what has a scope holds in an environment; `path` names it and all that come before it on its path. */
export function holdsIn(scope: Scope, path: readonly string[]): boolean {
  if (scope.kind === 'estate') return true;
  return scope.kind === 'path' ? path.includes(scope.environment) : path[0] === scope.environment;
}

function greatest(values: readonly (number | null)[]): number | null {
  const given = values.filter((each) => each !== null);
  return given.length === 0 ? null : Math.max(...given);
}

function least(values: readonly (number | null)[]): number | null {
  const given = values.filter((each) => each !== null);
  return given.length === 0 ? null : Math.min(...given);
}
