import {
  type ApplicationId,
  isBaseline,
  operationsInUse,
  type Rollout,
  type RolloutDesired,
  type RolloutObservation,
  type RolloutPhase,
  type RolloutTarget,
  rolloutTransitions,
} from '@almanac/domain';
import type { Traits } from '../estate/estate.ts';
import type { ApplicationRecord, InstanceRecord, JournalState, StepRecord } from '../site/journal.ts';
import type { Running } from '../site/machine.ts';
import type { SiteReport } from '../site/messages.ts';
import type { World } from '../world.ts';
import { reachableIn } from './reachable.ts';
import { must } from './violation.ts';

export interface SiteWatch {
  /** The agent looked at an application and decided; its record is that of before. */
  readonly passed: (given: {
    readonly site: string;
    readonly record: ApplicationRecord;
    readonly rollout: Rollout;
    readonly observation: RolloutObservation;
    readonly desired: RolloutDesired;
    readonly now: number;
  }) => void;
  /** The journal of a site is durable as it is now. */
  readonly rested: (site: string, journal: JournalState) => void;
  /** A site tells how it is. */
  readonly told: (site: string, report: SiteReport) => void;
  readonly forgotten: (site: string, application: ApplicationId) => void;
  readonly instanceStarted: (given: {
    readonly site: string;
    readonly record: ApplicationRecord;
    readonly instance: InstanceRecord;
    readonly prepared: boolean;
    readonly beside: readonly { readonly record: InstanceRecord; readonly process: Running | undefined }[];
    /** What of the journal a power cut would leave. */
    readonly durable: string | undefined;
  }) => void;
  /** An instance is ended because it does not get ready, or does not answer any more. */
  readonly recycled: (site: string, process: Running | undefined) => void;
  readonly stepStarted: (given: {
    readonly site: string;
    readonly application: ApplicationId;
    readonly step: StepRecord;
    readonly isRunning: (step: string) => boolean;
    /** What of the journal a power cut would leave. */
    readonly durable: string | undefined;
  }) => void;
  readonly stepEnded: (site: string, step: string) => void;
  readonly stepKept: (site: string, step: string) => void;
  readonly powerWasCut: (site: string) => void;
  /** Whether an operation was healthy on a site, and the site knows it. */
  readonly wasHealthy: (site: string, operation: string) => boolean;
  readonly has: (site: string, application: ApplicationId) => boolean;
}

interface Effect {
  readonly application: ApplicationId;
  readonly operation: string;
  state: 'begun' | 'ended' | 'kept';
  /** It was under way when nothing used its operation any more: it counts for none that comes later. */
  abandoned?: boolean;
}

/** What sites do to the world: each step once, nothing before its time, traffic only to who is ready. */
export function watchSites({ story, nature }: Pick<World, 'story' | 'nature'>): SiteWatch {
  const effects = new Map<string, Map<string, Effect>>();
  const healthy = new Set<string>();
  const present = new Set<string>();
  const effectsOn = (site: string) => {
    const known = effects.get(site) ?? new Map<string, Effect>();
    effects.set(site, known);
    return known;
  };
  return {
    wasHealthy: (site, operation) => healthy.has(`${site} ${operation}`),
    has: (site, application) => present.has(`${site} ${application}`),
    passed: ({ site, record, rollout, observation, desired, now }) => {
      const place = `${record.name} on ${site}`;
      must(latestTime(record) <= now, `${place} counts from a time that is still to come`);
      must(
        reachable(record.rollout.phase).has(rollout.phase),
        `${place} went from ${record.rollout.phase} to ${rollout.phase}`,
      );
      watchShares(place, observation, desired);
    },
    rested: (site, journal) => {
      for (const record of Object.values(journal.applications)) {
        const { phase, stable } = record.rollout;
        present.add(`${site} ${record.id}`);
        if (phase === 'healthy' && stable !== null) {
          must(mayBeHealthy(stable, nature.traitsOf(stable.operation)), `${record.name} on ${site} is called healthy`);
          healthy.add(`${site} ${stable.operation}`);
        }
        const inUse = operationsInUse(
          record.rollout,
          journal.instances.filter((each) => each.application === record.id),
        );
        // What no rollout knows any more may come again one day, as a deployment of its own.
        for (const [step, effect] of effectsOn(site)) {
          if (effect.application !== record.id) continue;
          effect.abandoned ||= !inUse.has(effect.operation);
          if (effect.abandoned && effect.state === 'kept') effectsOn(site).delete(step);
        }
      }
    },
    told: (site, report) => {
      for (const { phase, operation } of report.applications)
        must(
          phase !== 'healthy' || healthy.has(`${site} ${operation}`),
          `${site} tells what its journal does not know`,
        );
    },
    forgotten: (site, application) => {
      present.delete(`${site} ${application}`);
      for (const [step, effect] of effectsOn(site))
        if (effect.application === application) effectsOn(site).delete(step);
    },
    instanceStarted: ({ site, record, instance, prepared, beside, durable }) => {
      const place = `${record.name} on ${site}`;
      present.add(`${site} ${record.id}`);
      story.count('instance started');
      must(prepared, `${place} was started without its files`);
      mustBeIntended(site, instance.id, durable);
      watchStart(place, {
        record,
        instance,
        beside,
        migrated: (step) => effectsOn(site).get(step)?.state,
        count: story.count,
      });
    },
    recycled: (site, process) => {
      story.count('instance recycled');
      must(process === undefined || !process.ready || process.hangs, `${process?.id} on ${site} is well and is ended`);
    },
    stepStarted: ({ site, application, step, isRunning, durable }) => {
      const known = effectsOn(site).get(step.id);
      story.count(`step begun: ${step.step}`);
      mustBeIntended(site, step.id, durable);
      must(!isRunning(step.id), `${step.id} runs twice at the same time on ${site}`);
      for (const [id, effect] of effectsOn(site))
        must(
          effect.application !== application || !isRunning(id),
          `${step.id} begins on ${site} while ${id} still runs`,
        );
      must(known === undefined || known.state === 'begun', `${step.id} has ended on ${site} and runs again`);
      if (known !== undefined) story.count('interrupted step begun again');
      effectsOn(site).set(step.id, { application, operation: step.operation, state: 'begun' });
    },
    stepEnded: (site, step) => {
      const effect = effectsOn(site).get(step);
      if (effect !== undefined) effect.state = 'ended';
    },
    stepKept: (site, step) => {
      const effect = effectsOn(site).get(step);
      if (effect !== undefined) effect.state = 'kept';
    },
    powerWasCut: (site) => {
      // That a step ended is not known to whoever lost it with the power.
      for (const effect of effectsOn(site).values()) if (effect.state === 'ended') effect.state = 'begun';
    },
  };
}

/** A deed comes after its intention is durable: who dies in between would not know of it. */
function mustBeIntended(site: string, id: string, durable: string | undefined): void {
  must(durable?.includes(`"${id}"`) === true, `${id} begins on ${site}, and its journal does not know`);
}

/** The latest of the times from which a rollout and its steps count. */
function latestTime({ rollout, steps }: ApplicationRecord): number {
  const { startedAt, progressedAt, stepping } = rollout;
  return Math.max(startedAt, progressedAt, stepping?.since ?? 0, ...steps.map((each) => each.startedAt));
}

/** What never gets ready, or whose steps fail, is never healthy, whoever says so. */
function mayBeHealthy(target: RolloutTarget, traits: Traits | undefined): boolean {
  switch (traits?.fault) {
    case 'crashes':
    case 'hangs':
    case 'damaged':
      return false;
    case 'migrate':
    case 'verify':
      return !target.modules.some((each) => each[traits.fault === 'migrate' ? 'migrate' : 'verify']);
    default:
      return true;
  }
}

const reachable = reachableIn<RolloutPhase>(rolloutTransitions);

function watchShares(place: string, observation: RolloutObservation, desired: RolloutDesired): void {
  for (const { module, shares, hold } of desired.modules) {
    const sum = shares.reduce((total, each) => total + each.weight, 0);
    must(sum === 0 || sum === 100, `weights of ${module} of ${place} sum to ${sum}`);
    must(sum === 0 || !hold, `requests to ${module} of ${place} wait while somebody serves`);
    for (const { operation, weight } of shares) {
      const ready = observation.instances.some(
        (each) => each.module === module && each.operation === operation && each.state === 'ready',
      );
      must(weight === 0 || ready, `${module} of ${place} gets requests and is not ready`);
    }
  }
}

/** Nothing starts before it was migrated, twice, or beside what it must not run beside. */
function watchStart(
  place: string,
  given: {
    readonly record: ApplicationRecord;
    readonly instance: InstanceRecord;
    readonly beside: readonly { readonly record: InstanceRecord; readonly process: Running | undefined }[];
    readonly migrated: (step: string) => Effect['state'] | undefined;
    readonly count: World['story']['count'];
  },
): void {
  const { record, instance, beside } = given;
  const target = record.specs[instance.operation]?.target;
  const modules = target?.modules ?? [];
  if (isBaseline(instance.operation)) {
    given.count('baseline started');
    const stable = record.rollout.stable?.operation;
    must(target?.operation === stable, `the baseline of ${place} is of ${target?.operation}, and not of ${stable}`);
  }
  for (const each of modules.filter((module) => module.migrate)) {
    const state = given.migrated(`migrate-${each.name}-${target?.operation}`);
    must(
      state === 'kept',
      `${instance.operation} of ${place} was started before its migration was known to have ended (${state ?? 'it never began'})`,
    );
  }
  const exclusive = modules.find((each) => each.name === instance.module)?.strategy.kind === 'recreate';
  for (const other of beside) {
    const runs = other.process !== undefined && other.process.exitCode === null;
    must(!(runs && other.record.id === instance.id), `${instance.id} of ${place} was started twice`);
    const clashes =
      exclusive && other.record.module === instance.module && other.record.operation !== instance.operation;
    must(!(runs && clashes), `two versions of ${instance.module} of ${place} run beside each other`);
  }
}
