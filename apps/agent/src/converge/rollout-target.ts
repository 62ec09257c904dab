import type { ModuleTarget, RolloutTarget } from '@almanac/domain';
import type { DesiredApplication } from '@almanac/protocol';
import { progressionOf } from './progression-of.ts';

/** What the rollout engine needs to know of a desired application; `sameAs` is an earlier operation that wanted the same. */
export function rolloutTargetOf(application: DesiredApplication, sameAs: string | null): RolloutTarget {
  const { strategy } = application;
  const modules = application.modules
    .filter((module) => module.start !== undefined)
    .map((module): ModuleTarget => {
      const exclusive = Object.values(module.volumes).some((volume) => !volume.shared);
      const wanted =
        strategy.strategy === 'recreate' || exclusive
          ? ({ kind: 'recreate' } as const)
          : ({ kind: 'rolling', maxSurge: strategy.maxSurge, maxUnavailable: strategy.maxUnavailable } as const);
      return {
        name: module.name,
        serves: module.health !== undefined,
        instances: exclusive ? 1 : module.instances,
        strategy: wanted,
        progressDeadline: module.startTimeout * 1000,
        stopGrace: module.stopGrace * 1000,
        migrate: module.migrate !== undefined,
        verify: module.verify !== undefined,
      };
    });
  return {
    operation: application.operation,
    build: application.build,
    sameAs,
    modules,
    progression: progressionOf(application),
  };
}
