import { baselineOf, wantedExposure, wantsBaseline } from './baseline.ts';
import { exposureAfter } from './exposure.ts';
import { moduleShares } from './module-shares.ts';
import { isComplete, isExclusive } from './readiness.ts';
import type {
  DesiredModuleShares,
  ObservedInstance,
  Rollout,
  RolloutDesired,
  RolloutObservation,
  RolloutTarget,
} from './rollout.ts';
import type { Side, StepShare, WayBack } from './share-input.ts';
import { standIns } from './stand-ins.ts';
import { placesOf } from './take-verdict.ts';

/** What should run, be routed and be looked at now. */
export function desiredOf(rollout: Rollout, observation: RolloutObservation): RolloutDesired {
  const step = rollout.phase === 'migrating' ? 'migrate' : rollout.phase === 'verifying' ? 'verify' : undefined;
  const next = step === undefined ? undefined : nextStep(rollout.candidate, observation, step);
  const operation = rollout.candidate?.operation ?? '';
  const run = rollout.stepping?.run ?? 0;
  return {
    modules: desiredModules(rollout, observation),
    baseline: baselineWanted(rollout),
    steps: next === undefined ? [] : [next],
    analyses: placesOf(rollout).map(({ name }) => ({ operation, name, run })),
  };
}

function baselineWanted({ phase, candidate, stable, stepping }: Rollout): RolloutDesired['baseline'] {
  const progression = candidate?.progression ?? null;
  if (phase !== 'stepping' || candidate === null || stable === null || stepping === null || progression === null)
    return null;
  return wantsBaseline(progression, stepping)
    ? { operation: baselineOf(candidate.operation), of: stable.operation }
    : null;
}

/** Whether an instance of the version before stays warm when the candidate has taken over. */
export function isKept(rollout: Rollout, instance: ObservedInstance): boolean {
  const { stable } = rollout;
  if ((rollout.candidate?.progression?.keepOld ?? 0) === 0 || instance.operation !== stable?.operation) return false;
  const module = stable.modules.find((each) => each.name === instance.module);
  return module !== undefined && staysWarm(rollout.candidate, { operation: instance.operation, module });
}

/** A worker that is kept would go on working, and two versions never hold a volume together. */
function staysWarm(next: RolloutTarget | null, { module }: Side): boolean {
  const after = next?.modules.find((each) => each.name === module.name);
  return module.serves && !isExclusive(module) && (after === undefined || (after.serves && !isExclusive(after)));
}

/** Steps run one after the other, in the order of the manifest. */
function nextStep(candidate: RolloutTarget | null, observation: RolloutObservation, step: 'migrate' | 'verify') {
  const module = candidate?.modules.find(
    (each) =>
      each[step] &&
      !observation.steps.some(
        (found) =>
          found.step === step &&
          found.module === each.name &&
          found.operation === candidate.operation &&
          found.state === 'succeeded',
      ),
  );
  return module === undefined || candidate === null
    ? undefined
    : { step, module: module.name, operation: candidate.operation };
}

function desiredModules(rollout: Rollout, observation: RolloutObservation): readonly DesiredModuleShares[] {
  const { stable, candidate, warm } = rollout;
  const { instances } = observation;
  const names = [...(stable?.modules ?? []), ...(candidate?.modules ?? []), ...(warm?.target.modules ?? [])].map(
    (each) => each.name,
  );
  return [...new Set([...names, ...instances.map((each) => each.module)])].map((name) =>
    desiredModule(rollout, {
      name,
      instances: instances.filter((each) => each.module === name),
      // A module that the new version does not have serves the old one until the new one is there.
      complete: candidate !== null && isComplete(candidate, instances),
    }),
  );
}

function desiredModule(
  rollout: Rollout,
  input: { readonly name: string; readonly instances: readonly ObservedInstance[]; readonly complete: boolean },
): DesiredModuleShares {
  const { phase, stable, candidate } = rollout;
  const { name, instances } = input;
  if (phase === 'removing' || phase === 'idle') return { module: name, shares: [], hold: false, preview: null };
  const letting = phase === 'progressing' || phase === 'verifying';
  const coming = letting || phase === 'stepping' ? sideOf(candidate, name) : null;
  const there = coming === null ? input.complete : isComplete({ ...coming, modules: [coming.module] }, instances);
  return moduleShares({
    module: name,
    instances,
    settled: sideOf(stable, name),
    coming,
    steps: phase === 'stepping' ? stepsOf(rollout) : null,
    wayBack: wayBackOf(rollout),
    leaving: letting && there && coming === null,
    warm: warmOf(rollout, { name, replaced: letting && there }),
  });
}

function stepsOf(rollout: Rollout): StepShare | null {
  const { candidate, stepping } = rollout;
  const progression = candidate?.progression ?? null;
  if (stepping === null || progression === null) return null;
  return {
    wanted: wantedExposure(progression, stepping),
    reached: exposureAfter(progression.steps, stepping.step),
    weight: stepping.weight,
    baseline: baselineWanted(rollout)?.operation ?? null,
    dynamicStableScale: progression.dynamicStableScale,
  };
}

/** Requests come back step by step to a version that gave up instances as it gave up requests. */
function wayBackOf({ phase, stepping }: Rollout): WayBack | null {
  if (phase !== 'returning' || stepping?.dynamicStableScale !== true) return null;
  return { operation: stepping.operation, weight: stepping.weight };
}

/** What ran before, on its way to be kept or kept already. */
function warmOf(rollout: Rollout, input: { readonly name: string; readonly replaced: boolean }): Side | null {
  const { stable, candidate, warm } = rollout;
  if (warm !== null) {
    const kept = sideOf(warm.target, input.name);
    return kept !== null && staysWarm(stable, kept) ? kept : null;
  }
  if (!input.replaced || (candidate?.progression?.keepOld ?? 0) === 0) return null;
  const kept = sideOf(stable, input.name);
  return kept !== null && staysWarm(candidate, kept) ? kept : null;
}

/** Instances that are gone back from, and serve on for want of others. */
export function servingOn(rollout: Rollout, instances: readonly ObservedInstance[]): ReadonlySet<ObservedInstance> {
  const wayBack = wayBackOf(rollout);
  const modules = rollout.stable?.modules ?? [];
  return new Set(
    modules.flatMap(({ name }) =>
      standIns({ module: name, settled: sideOf(rollout.stable, name), instances, wayBack }),
    ),
  );
}

function sideOf(target: RolloutTarget | null, name: string): Side | null {
  const module = target?.modules.find((each) => each.name === name);
  return target === null || module === undefined ? null : { operation: target.operation, module };
}
