import type { ModuleTarget, ObservedInstance, Rollout, RolloutTarget } from './rollout.ts';

/** An instance that ended so often before it was ever well will not become well by itself. */
const crashLoop = 3;

export function instancesOf(
  target: Pick<RolloutTarget, 'operation'>,
  instances: readonly ObservedInstance[],
): readonly ObservedInstance[] {
  return instances.filter((each) => each.operation === target.operation);
}

/** Whether two versions of a module must never run together. */
export function isExclusive(module: ModuleTarget): boolean {
  return module.strategy.kind === 'recreate';
}

/** Whether an instance is not on its way out. */
export function isPresent(instance: ObservedInstance): boolean {
  return instance.state !== 'draining' && instance.state !== 'stopping';
}

export function readyOf(module: ModuleTarget, instances: readonly ObservedInstance[]): number {
  return instances.filter((each) => each.module === module.name && each.state === 'ready').length;
}

export function countReady(target: RolloutTarget, instances: readonly ObservedInstance[]): number {
  return target.modules.reduce((sum, module) => sum + readyOf(module, instances), 0);
}

/** Whether every module of a target has all its instances ready. */
export function isComplete(
  target: Pick<RolloutTarget, 'operation' | 'modules'>,
  instances: readonly ObservedInstance[],
): boolean {
  const own = instancesOf(target, instances);
  return target.modules.every((module) => readyOf(module, own) >= module.instances);
}

/** Why a candidate will not become well by itself; null while it may. */
export function crashOf(own: readonly ObservedInstance[]): string | null {
  const crashed = own.find((each) => each.failures >= crashLoop);
  return crashed === undefined
    ? null
    : `${crashed.module} does not stay up: ${crashed.message ?? 'it ended several times'}`;
}

/** So long a candidate may be without progress, in milliseconds. */
export function deadlineOf(candidate: RolloutTarget): number {
  return Math.max(...candidate.modules.map((each) => each.progressDeadline + each.stopGrace));
}

export function lateReason(module: ModuleTarget | undefined, own: readonly ObservedInstance[]): string {
  const why = own.find((each) => each.module === module?.name && each.message !== null)?.message;
  return `${module?.name ?? 'it'} was not ready in time${(why ?? null) === null ? '' : `: ${why}`}`;
}

/** A failed candidate is taken out; what ran before takes all the traffic again. */
export function failRollout(rollout: Rollout, reason: string, now: number): Rollout {
  const operation = rollout.candidate?.operation ?? '';
  return {
    ...rollout,
    phase: 'returning',
    candidate: null,
    failed: { operation, reason },
    message: reason,
    progressedAt: now,
  };
}
