import { expect } from 'vitest';
import type { advanceRollout } from './advance-rollout.ts';
import { baselineOf, isBaseline, wantsBaseline } from './baseline.ts';
import type {
  ModuleTarget,
  ObservedAnalysis,
  ObservedInstance,
  Rollout,
  RolloutCommand,
  RolloutDesired,
  RolloutTarget,
} from './rollout.ts';

export type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };
interface Step {
  readonly step: 'migrate' | 'verify';
  readonly module: string;
  readonly operation: string;
  state: 'running' | 'succeeded' | 'failed';
}

/** A version as the world knows it: what it wants, and what is wrong with it. */
export interface Version {
  readonly target: RolloutTarget;
  /** Versions of equal content are the same but for their operation. */
  readonly content: number;
  readonly crashes: boolean;
  readonly migrates: boolean;
  readonly verifies: boolean;
  /** What each of its analyses comes to; null when they never say anything. */
  readonly verdict: ObservedAnalysis['verdict'];
}

/** A site with a runtime that starts, stops and loses instances whenever it pleases. */
export interface World {
  /** The engine, or one with a planted mistake. */
  readonly advance: typeof advanceRollout;
  now: number;
  rollout: Rollout;
  target: RolloutTarget | null;
  command: RolloutCommand | null;
  readonly versions: Version[];
  readonly instances: Mutable<ObservedInstance>[];
  readonly steps: Step[];
  readonly analyses: Mutable<ObservedAnalysis>[];
  /** Operations whose steps a person cut short. */
  readonly hurried: Set<string>;
  readonly counts: { started: number; disturbed: boolean };
}

export const versionOf = (world: World, operation: string) =>
  world.versions.find((each) => each.target.operation === operation);
const holds = (each: ObservedInstance) => each.state !== 'exited' && each.state !== 'waiting';

export function checkVerdicts(before: Rollout, after: Rollout): void {
  if (before.candidate === null || before.candidate.operation !== after.candidate?.operation) return;
  const known = before.stepping?.operation === after.stepping?.operation ? (before.stepping?.verdicts ?? []) : [];
  expect(after.stepping?.verdicts.slice(0, known.length) ?? [], 'verdicts are never taken back').toEqual(known);
  const { hold } = after.stepping ?? { hold: null };
  const decides = after.candidate?.progression?.decides ?? '';
  if (after.phase === 'stepping' && hold !== null) expect(after.message, 'somebody is named').toContain(decides);
}

/** Whatever took its steps and was not hurried has passed each of its analyses, and failed none. */
export function checkSuccess(world: World, before: Rollout, after: Rollout): void {
  const { candidate } = before;
  if (
    candidate === null ||
    after.stable?.operation !== candidate.operation ||
    after.stepping?.operation !== candidate.operation
  )
    return;
  const version = versionOf(world, candidate.operation);
  const { progression } = candidate;
  const analysed = progression?.steps.some((each) => each.kind === 'analyse') || progression?.background != null;
  if (!analysed || world.hurried.has(candidate.operation)) return;
  const good = version?.verdict === 'marginal' ? progression?.reactions.marginal : version?.verdict;
  expect(['pass', 'continue'], `nothing but success is success, not ${version?.verdict}`).toContain(good);
}

export function checkShares(world: World, rollout: Rollout, desired: RolloutDesired): void {
  for (const { module, shares, hold, preview } of desired.modules) {
    const sum = shares.reduce((total, each) => total + each.weight, 0);
    expect([0, 100], `weights of ${module}`).toContain(sum);
    const readyOf = (operation: string) =>
      world.instances.filter((each) => each.module === module && each.operation === operation && each.state === 'ready')
        .length;
    for (const { operation, weight } of shares)
      if (weight > 0) expect(readyOf(operation), 'traffic only to who is ready').toBeGreaterThan(0);
    if (preview !== null) expect(readyOf(preview.operation), 'a preview of who is ready').toBeGreaterThan(0);
    if (sum > 0) expect(hold, 'nobody waits while somebody serves').toBe(false);
    const settled = shares.find((each) => each.operation === rollout.stable?.operation);
    const back = settled !== undefined && settled.instances > 0 && readyOf(settled.operation) > 0;
    if (rollout.phase === 'returning' && back)
      checkWayBack(rollout, { settled, shares, ready: readyOf(settled.operation) });
    checkBaseline(rollout, { module, shares, readyOf });
  }
}

type Shares = RolloutDesired['modules'][number]['shares'];

/** Requests go back first; where the stable version gave up instances, as these come back, and never away from it. */
function checkWayBack(
  { stable, stepping }: Rollout,
  input: { readonly settled: Shares[number]; readonly shares: Shares; readonly ready: number },
): void {
  const { settled, shares, ready } = input;
  const left = shares.find((each) => each.operation === stepping?.operation && each !== settled)?.weight ?? 0;
  const full = ready >= settled.instances;
  if (stepping?.dynamicStableScale !== true || full) expect(settled.weight, 'the requests go back first').toBe(100);
  else expect(left, 'no more requests than before').toBeLessThanOrEqual(stepping.weight);
  expect(stable?.operation).toBe(settled.operation);
}

/** A baseline has what the candidate has, and runs beside it only, or for want of what runs well. */
function checkBaseline(
  rollout: Rollout,
  input: {
    readonly module: string;
    readonly shares: Shares;
    readonly readyOf: (operation: string) => number;
  },
): void {
  const { phase, candidate, stepping, stable } = rollout;
  const { module, shares, readyOf } = input;
  const own = shares.find((each) => each.operation === candidate?.operation);
  for (const share of shares.filter((each) => isBaseline(each.operation) && each.instances > 0)) {
    const progression = candidate?.progression ?? null;
    const wanted =
      phase === 'stepping' && progression !== null && stepping !== null && wantsBaseline(progression, stepping);
    if (!wanted || candidate === null || share.operation !== baselineOf(candidate.operation)) {
      const missing = (stable?.modules ?? []).some((each) => readyOf(stable?.operation ?? '') < each.instances);
      expect(missing, 'a baseline does not outlive what it is compared with').toBe(true);
      continue;
    }
    const serves = candidate.modules.some((each) => each.name === module && each.serves);
    if (!serves || readyOf(share.operation) === 0 || readyOf(stable?.operation ?? '') === 0) continue;
    expect(share.weight, 'as many requests as the candidate').toBe(
      Math.min(own?.weight ?? 0, 100 - (own?.weight ?? 0)),
    );
    expect(share.instances, 'as many instances as the candidate').toBe(own?.instances);
  }
}

/** The bounds of a switch: what one rollout may do to the other version. */
export function checkInstances(world: World): void {
  const { candidate, stable, phase } = world.rollout;
  const modules = phase === 'returning' ? (stable?.modules ?? []) : (candidate?.modules ?? []);
  for (const module of modules) {
    const own = world.instances.filter((each) => each.module === module.name && holds(each));
    if (module.strategy.kind === 'recreate') {
      if (phase === 'returning') continue;
      const came = own.some((each) => each.operation === candidate?.operation);
      const left = own.every((each) => each.operation === candidate?.operation);
      expect(came && !left, 'the old ones have ended before the new ones begin').toBe(false);
    } else if (!world.counts.disturbed && phase === 'returning') checkReturn(world, { module, own });
    else if (!world.counts.disturbed) checkBounds(world.rollout, module, own);
  }
}

function checkBounds(rollout: Rollout, module: ModuleTarget, own: readonly ObservedInstance[]): void {
  const { phase, stable, candidate } = rollout;
  if (module.strategy.kind === 'recreate') return;
  const settled = stable?.modules.find((each) => each.name === module.name);
  const { instances: wanted, strategy } = module;
  const ready = own.filter((each) => each.state === 'ready').length;
  if (phase !== 'progressing' && phase !== 'stepping') return;
  const routed = candidate?.progression !== null && module.serves && settled !== undefined;
  const active = own.filter((each) => each.state !== 'draining' && each.state !== 'stopping');
  const [candidates, baselines] = [candidate?.operation ?? '', baselineOf(candidate?.operation ?? '')].map(
    (operation) => active.filter((each) => each.operation === operation).length,
  );
  expect(baselines, 'no more of a baseline than of its candidate').toBeLessThanOrEqual(
    Math.max(candidates ?? 0, wanted),
  );
  const most = routed
    ? wanted + settled.instances + (baselines ?? 0)
    : Math.max(wanted, settled?.instances ?? 0) + strategy.maxSurge;
  expect(active.length, 'surge').toBeLessThanOrEqual(most);
  if (settled === undefined || settled.instances < wanted || settled.strategy.kind === 'recreate') return;
  expect(ready, 'unavailable').toBeGreaterThanOrEqual(wanted - strategy.maxUnavailable);
}

/** A version that follows its weight takes requests back with the instances for them: nobody is missing meanwhile. */
function checkReturn(
  world: World,
  input: { readonly module: ModuleTarget; readonly own: readonly ObservedInstance[] },
): void {
  const { stepping, failed } = world.rollout;
  const { module, own } = input;
  if (failed === null || stepping?.operation !== failed.operation || !stepping.dynamicStableScale) return;
  const left = versionOf(world, failed.operation)?.target.modules.find((each) => each.name === module.name);
  if (!module.serves || module.strategy.kind === 'recreate' || left?.strategy.kind !== 'rolling') return;
  if (!left.serves || left.instances < module.instances) return;
  const ready = own.filter((each) => each.state === 'ready').length;
  const fewest = Math.max(module.strategy.maxUnavailable, left.strategy.maxUnavailable);
  expect(ready, 'unavailable on the way back').toBeGreaterThanOrEqual(module.instances - fewest);
}
