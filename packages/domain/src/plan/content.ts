import type { ApplicationId, BuildId, EnvironmentId } from '../identity/id.ts';
import type { FailurePolicy, PlanOperation, Target } from './plan.ts';

/** Whether an application is asked to become the same again: then the key under which sites act stays what it was. */
export function isSameTarget(
  earlier: Target | null,
  wanted: { readonly build: BuildId; readonly settingsHash: string },
): earlier is Target {
  return earlier !== null && earlier.build === wanted.build && earlier.settingsHash === wanted.settingsHash;
}

/**
 * What the digest of a plan is made of, as a text that is equal for equal content in an equal neighbourhood: the builds
 * and settings of the plan, and what the environment has now of its applications and of those that they depend on or that
 * depend on them. Keys of operations are left out.
 */
export function contentFacts(input: {
  readonly environment: EnvironmentId;
  readonly failurePolicy: FailurePolicy;
  readonly operations: readonly PlanOperation[];
  /** What came with the plan beside its builds, one entry for each application, which its first word names. */
  readonly choices: readonly (readonly unknown[])[];
  readonly neighbourhood: readonly (readonly [ApplicationId, Target | undefined])[];
}): string {
  return JSON.stringify([
    input.environment,
    input.failurePolicy,
    input.operations
      .map((each) => [each.application, each.kind, each.wave, short(each.before), short(each.after)])
      .toSorted(byKey),
    input.choices.toSorted(byKey),
    input.neighbourhood.map(([application, target]) => [application, short(target)]).toSorted(byKey),
  ]);
}

function short(target: Target | null | undefined) {
  return target == null ? null : [target.build, target.settingsHash];
}

function byKey([a]: readonly unknown[], [b]: readonly unknown[]): number {
  return String(a) < String(b) ? -1 : 1;
}
