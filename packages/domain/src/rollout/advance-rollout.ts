import { moduleShares } from './module-shares.ts';
import type {
  DesiredModuleShares,
  ModuleTarget,
  ObservedInstance,
  Rollout,
  RolloutDesired,
  RolloutObservation,
  RolloutPhase,
  RolloutTarget,
} from './rollout.ts';

export interface RolloutInput {
  /** What the application should be on this site; null when it should be gone. */
  readonly target: RolloutTarget | null;
  readonly observation: RolloutObservation;
}

/** An instance that ended so often before it was ever well will not become well by itself. */
const crashLoop = 3;

/** Phases from which a rollout goes on; the others rest. Each lists where it may lead. */
export const rolloutTransitions = {
  idle: ['migrating', 'progressing'],
  migrating: ['progressing', 'returning', 'migrating', 'removing'],
  progressing: ['verifying', 'healthy', 'returning', 'migrating', 'removing'],
  verifying: ['healthy', 'returning', 'migrating', 'progressing', 'removing'],
  healthy: ['degraded', 'migrating', 'progressing', 'removing'],
  degraded: ['healthy', 'migrating', 'progressing', 'removing'],
  returning: ['failed', 'healthy', 'degraded', 'migrating', 'progressing', 'removing'],
  failed: ['migrating', 'progressing', 'healthy', 'degraded', 'removing'],
  removing: ['idle', 'migrating', 'progressing'],
} as const satisfies Record<RolloutPhase, readonly RolloutPhase[]>;

export const idleRollout: Rollout = {
  phase: 'idle',
  stable: null,
  candidate: null,
  failed: null,
  message: null,
  startedAt: 0,
  progressedAt: 0,
  readyCandidates: 0,
};

/**
 * Takes the rollout of one application on one site a step further. It looks at levels only, so it may be called at
 * any time and any number of times; `now` is milliseconds since the epoch.
 */
export function advanceRollout(
  rollout: Rollout,
  input: RolloutInput,
  now: number,
): { readonly rollout: Rollout; readonly desired: RolloutDesired } {
  let current = takeTarget(rollout, input.target, now);
  // A phase may be left in the same pass in which it was entered; there are fewer phases than passes.
  for (let pass = 0; pass < 10; pass += 1) {
    const next = step(current, input.observation, now);
    if (next === current) break;
    current = next;
  }
  return { rollout: current, desired: desiredOf(current, input.observation) };
}

function takeTarget(rollout: Rollout, target: RolloutTarget | null, now: number): Rollout {
  if (target === null) {
    if (rollout.phase === 'idle' || rollout.phase === 'removing') return rollout;
    return { ...rollout, phase: 'removing', candidate: null, failed: null, message: null };
  }
  if (target.operation === rollout.candidate?.operation || target.operation === rollout.failed?.operation)
    return rollout;
  if (target.operation === rollout.stable?.operation) {
    if (rollout.candidate === null && rollout.failed === null && rollout.phase !== 'removing') return rollout;
    return { ...rollout, phase: 'returning', candidate: null, failed: null, message: 'going back to what ran before' };
  }
  const phase = target.modules.some((each) => each.migrate) ? 'migrating' : 'progressing';
  return {
    ...rollout,
    phase,
    candidate: target,
    failed: null,
    message: null,
    startedAt: now,
    progressedAt: now,
    readyCandidates: 0,
  };
}

function step(rollout: Rollout, observation: RolloutObservation, now: number): Rollout {
  switch (rollout.phase) {
    case 'idle':
      return rollout;
    case 'migrating':
      return runSteps(rollout, { observation, step: 'migrate', next: { phase: 'progressing', progressedAt: now } });
    case 'progressing':
      return progress(rollout, observation, now);
    case 'verifying':
      return runSteps(rollout, {
        observation,
        step: 'verify',
        next: { phase: 'healthy', stable: rollout.candidate, candidate: null },
      });
    case 'returning':
      return returnToStable(rollout, observation);
    case 'healthy':
    case 'degraded':
      return rest(rollout, observation);
    case 'failed':
      return rollout;
    case 'removing':
      return observation.instances.length === 0 ? { ...idleRollout } : rollout;
  }
}

function runSteps(
  rollout: Rollout,
  input: {
    readonly observation: RolloutObservation;
    readonly step: 'migrate' | 'verify';
    readonly next: Partial<Rollout>;
  },
): Rollout {
  const { candidate } = rollout;
  if (candidate === null) return rollout;
  const wanted = candidate.modules.filter((each) => each[input.step]);
  for (const module of wanted) {
    const found = input.observation.steps.find(
      (each) => each.step === input.step && each.module === module.name && each.operation === candidate.operation,
    );
    if (found?.state === 'failed')
      return fail(rollout, `the ${input.step} step of ${module.name} failed: ${found.message ?? 'see its output'}`);
    if (found?.state !== 'succeeded') return rollout;
  }
  return { ...rollout, ...input.next };
}

function progress(rollout: Rollout, observation: RolloutObservation, now: number): Rollout {
  const { candidate } = rollout;
  if (candidate === null) return rollout;
  const own = observation.instances.filter((each) => each.operation === candidate.operation);
  const crashed = own.find((each) => each.failures >= crashLoop);
  if (crashed !== undefined)
    return fail(rollout, `${crashed.module} does not stay up: ${crashed.message ?? 'it ended several times'}`);
  const ready = countReady(candidate, own);
  if (ready > rollout.readyCandidates) return { ...rollout, readyCandidates: ready, progressedAt: now };
  const complete = isComplete(candidate, own);
  const alone = observation.instances.every((each) => each.operation === candidate.operation);
  if (complete && alone) {
    return candidate.modules.some((each) => each.verify)
      ? { ...rollout, phase: 'verifying' }
      : { ...rollout, phase: 'healthy', stable: candidate, candidate: null, message: null };
  }
  const deadline = Math.max(...candidate.modules.map((each) => each.progressDeadline + each.stopGrace));
  if (complete || now - rollout.progressedAt <= deadline) return rollout;
  const late = candidate.modules.find((module) => readyOf(module, own) < module.instances);
  const why = own.find((each) => each.module === late?.name && each.message !== null)?.message;
  return fail(rollout, `${late?.name ?? 'it'} was not ready in time${(why ?? null) === null ? '' : `: ${why}`}`);
}

/** A failed candidate is taken out; what ran before takes all the traffic again. */
function fail(rollout: Rollout, reason: string): Rollout {
  const operation = rollout.candidate?.operation ?? '';
  return { ...rollout, phase: 'returning', candidate: null, failed: { operation, reason }, message: reason };
}

function returnToStable(rollout: Rollout, observation: RolloutObservation): Rollout {
  const { stable } = rollout;
  const others = observation.instances.filter((each) => each.operation !== stable?.operation);
  if (others.length > 0) return rollout;
  if (rollout.failed !== null) return { ...rollout, phase: 'failed' };
  return stable === null ? { ...idleRollout } : rest({ ...rollout, phase: 'healthy', message: null }, observation);
}

function rest(rollout: Rollout, observation: RolloutObservation): Rollout {
  const { stable } = rollout;
  if (stable === null) return rollout;
  const short = stable.modules.find(
    (module) =>
      readyOf(
        module,
        observation.instances.filter((each) => each.operation === stable.operation),
      ) < module.instances,
  );
  if (short === undefined)
    return rollout.phase === 'healthy' && rollout.message === null
      ? rollout
      : { ...rollout, phase: 'healthy', message: null };
  const why =
    observation.instances.find((each) => each.module === short.name && each.message !== null)?.message ?? null;
  const message = `${short.name} has fewer ready instances than wanted${why === null ? '' : `: ${why}`}`;
  return rollout.phase === 'degraded' && rollout.message === message
    ? rollout
    : { ...rollout, phase: 'degraded', message };
}

function desiredOf(rollout: Rollout, observation: RolloutObservation): RolloutDesired {
  const { candidate, stable } = rollout;
  const step = rollout.phase === 'migrating' ? 'migrate' : rollout.phase === 'verifying' ? 'verify' : undefined;
  const next = step === undefined ? undefined : nextStep(candidate, observation, step);
  return {
    modules: desiredModules({ rollout, observation, stable, candidate }),
    steps: next === undefined ? [] : [next],
  };
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

function desiredModules(input: {
  readonly rollout: Rollout;
  readonly observation: RolloutObservation;
  readonly stable: RolloutTarget | null;
  readonly candidate: RolloutTarget | null;
}): readonly DesiredModuleShares[] {
  const { rollout, observation, stable, candidate } = input;
  const gone = rollout.phase === 'removing' || rollout.phase === 'idle';
  const switching = rollout.phase === 'progressing' || rollout.phase === 'verifying';
  // A module that the new version does not have serves the old one until the new one is there.
  const leaves = switching && candidate !== null && isComplete(candidate, observation.instances);
  const names = new Set(
    [
      ...(stable?.modules ?? []),
      ...(candidate?.modules ?? []),
      ...observation.instances.map((each) => ({ name: each.module })),
    ].map((each) => each.name),
  );
  return [...names].map((name) => {
    const instances = observation.instances.filter((each) => each.module === name);
    if (gone) return { module: name, shares: [], hold: false };
    const settled = settle(stable, name);
    const coming = switching ? settle(candidate, name) : null;
    return moduleShares({ module: name, instances, settled, coming, leaving: leaves && coming === null });
  });
}

function settle(
  target: RolloutTarget | null,
  name: string,
): { readonly operation: string; readonly module: ModuleTarget } | null {
  const module = target?.modules.find((each) => each.name === name);
  return target === null || module === undefined ? null : { operation: target.operation, module };
}

/** Whether every module of a target has all its instances ready. */
function isComplete(target: RolloutTarget, instances: readonly ObservedInstance[]): boolean {
  const own = instances.filter((each) => each.operation === target.operation);
  return target.modules.every((module) => readyOf(module, own) >= module.instances);
}

function countReady(target: RolloutTarget, instances: readonly ObservedInstance[]): number {
  return target.modules.reduce((sum, module) => sum + readyOf(module, instances), 0);
}

function readyOf(module: ModuleTarget, instances: readonly ObservedInstance[]): number {
  return instances.filter((each) => each.module === module.name && each.state === 'ready').length;
}
