import { isDeepStrictEqual } from 'node:util';
import {
  advanceRollout,
  afterStepFault,
  type InstanceOrder,
  idleRollout,
  keptSteps,
  mayBeginStep,
  type ObservedInstance,
  operationsInUse,
  planInstances,
  type Rollout,
  type RolloutDesired,
  type RolloutObservation,
  type RolloutTarget,
  warmFor,
} from '@almanac/domain';
import { failpoint } from '@almanac/host';
import type { DesiredApplication } from '@almanac/protocol';
import type { ApplicationRecord, InstanceRecord, StepRecord } from '../journal/journal.ts';
import { lookAtStep, makeRoomForStep, startStep, stepsDirectory, toldState } from '../runtimes/one-off.ts';
import { steadyNow } from '../steady-now.ts';
import type { InFlight } from '../traffic/gateway-keeper.ts';
import { type Analyses, observedAnalyses } from './analyses.ts';
import { freePort } from './free-port.ts';
import { maskOf } from './given-secrets.ts';
import { launchSettings } from './launch-settings.ts';
import { rolloutTargetOf } from './rollout-target.ts';
import type { SiteContext } from './site-context.ts';

export interface Converged {
  readonly desired: RolloutDesired;
  readonly observed: readonly ObservedInstance[];
  /** Whether something is under way, so that the next look comes soon. */
  readonly moving: boolean;
  /** Whether instances were taken out of the traffic: the gateway is to be told by the next look, at once. */
  readonly drained: boolean;
}

/** One pass for one application: observe, decide, act. `target` is null when it should be gone. */
export async function convergeApplication(
  site: SiteContext,
  input: {
    readonly record: ApplicationRecord;
    readonly target: DesiredApplication | null;
    readonly inFlight: InFlight;
    readonly analyses: Analyses;
    readonly onChange: () => void;
  },
): Promise<Converged> {
  const { record, target } = input;
  const now = steadyNow();
  await lookAtSteps(site, record, now);
  const wanted = target === null ? null : targetOf(site, record, target);
  const observation = observe(site, input, now);
  const { rollout, desired } = advanceRollout(
    record.rollout,
    { target: wanted, observation, command: target?.command ?? null },
    now,
  );
  if (rollout.phase !== record.rollout.phase)
    site.log.info({ application: record.name, phase: rollout.phase, reason: rollout.message ?? undefined }, 'rollout');
  record.rollout = rollout;
  knowBaseline(record, desired.baseline);
  input.analyses.advance(record, desired.analyses, now);
  const orders = planInstances(
    {
      desired,
      instances: observation.instances,
      stopGrace: (each) => graceOf(record, each),
      startLimit: (each) => startLimitOf(record, each),
    },
    now,
  );
  const launched: InstanceRecord[] = [];
  for (const order of orders) launched.push(...(await carryOut(site, { ...input, order, now })));
  await launch(site, record, launched);
  for (const step of desired.steps) await ensureStep(site, { record, step, now });
  forgetOldSpecs(record, site);
  return {
    desired,
    observed: observation.instances,
    moving: orders.length > 0 || !rests(rollout),
    drained: orders.some((each) => each.kind === 'drain'),
  };
}

/** Whether nothing happens by itself within a moment. A step that has what it wants is one that only time takes further. */
function rests({ phase, stepping }: Rollout): boolean {
  if (phase === 'stepping') return stepping !== null && stepping.shortSince === null;
  return phase === 'healthy' || phase === 'failed' || phase === 'idle';
}

/** What the rollout is to bring. Where exactly that is warm its instances go by the new operation from now on. */
function targetOf(site: SiteContext, record: ApplicationRecord, target: DesiredApplication): RolloutTarget {
  const warm = record.rollout.warm?.target.operation;
  const kept = warm === undefined ? undefined : record.specs[warm];
  const sameAs = warm !== undefined && kept !== undefined && wantsTheSame(site, kept, target) ? warm : null;
  const wanted = rolloutTargetOf(target, sameAs);
  const taken = warmFor(record.rollout, wanted);
  for (const each of recordsOf(site, record)) if (each.operation === taken) each.operation = target.operation;
  return wanted;
}

/** Whether two operations want the same build with the same settings; sealed values differ each time, so they are opened. */
function wantsTheSame(site: SiteContext, one: DesiredApplication, other: DesiredApplication): boolean {
  const content = ({ build, modules, settings, connections, sealed }: DesiredApplication) => ({
    build,
    modules,
    settings,
    connections,
    secrets: Object.fromEntries(Object.entries(sealed).map(([key, value]) => [key, site.identity.open(value)])),
  });
  return one.build === other.build && isDeepStrictEqual(content(one), content(other));
}

/** Instances of a baseline are started as those of what they stand for: by its specification, as long as one may run. */
function knowBaseline(record: ApplicationRecord, baseline: RolloutDesired['baseline']): void {
  const spec = baseline === null ? undefined : record.specs[baseline.of];
  if (baseline !== null && spec !== undefined) record.specs[baseline.operation] ??= spec;
}

/** A record for an application that was not here before, with a stable port for each module that serves. */
export async function ensureRecord(site: SiteContext, application: DesiredApplication): Promise<ApplicationRecord> {
  const { applications } = site.journal.state;
  const { id, name } = application.application;
  const record = applications[id] ?? { id, name, rollout: idleRollout, specs: {}, steps: [], analyses: [], ports: {} };
  applications[id] = record;
  record.specs[application.operation] = application;
  for (const module of application.modules) {
    if (module.health === undefined || record.ports[module.name] !== undefined) continue;
    record.ports[module.name] = await freePort(portsInUse(site));
  }
  return record;
}

function portsInUse(site: SiteContext): ReadonlySet<number> {
  const { state } = site.journal;
  const stable = Object.values(state.applications).flatMap((each) => Object.values(each.ports));
  return new Set([...stable, ...state.instances.flatMap((each) => each.port ?? []), site.frontPort]);
}

function observe(
  site: SiteContext,
  input: { readonly record: ApplicationRecord; readonly inFlight: InFlight; readonly onChange: () => void },
  now: number,
): RolloutObservation {
  const { record } = input;
  const instances = recordsOf(site, record).map((each) => {
    const module = record.specs[each.operation]?.modules.find((candidate) => candidate.name === each.module);
    const inFlight = each.port === null ? 0 : input.inFlight(each.id);
    return site.runtime.observe({ record: each, module, inFlight, now, onChange: input.onChange });
  });
  const counting = record.steps.filter((each) => each.abandoned !== true);
  const steps = counting.map((each) => ({
    step: each.step,
    module: each.module,
    operation: each.operation,
    state: toldState(each),
    message: each.state === 'failed' ? lastLines(each.output) : null,
  }));
  return { instances, steps, analyses: observedAnalyses(record) };
}

function recordsOf(site: SiteContext, record: ApplicationRecord): readonly InstanceRecord[] {
  return site.journal.state.instances.filter((each) => each.application === record.id);
}

function graceOf(record: ApplicationRecord, instance: ObservedInstance): number {
  const module = record.specs[instance.operation]?.modules.find((each) => each.name === instance.module);
  return (module?.stopGrace ?? 30) * 1000;
}

/** As long as a rollout would wait for it, and a little more, so that a rollout that waits says itself that it failed. */
function startLimitOf(record: ApplicationRecord, instance: ObservedInstance): number {
  const module = record.specs[instance.operation]?.modules.find((each) => each.name === instance.module);
  return (module?.startTimeout ?? 60) * 1000 + graceOf(record, instance);
}

/** Gives the instances that are to be launched for it. */
async function carryOut(
  site: SiteContext,
  input: {
    readonly record: ApplicationRecord;
    readonly order: InstanceOrder;
    readonly now: number;
    readonly onChange: () => void;
  },
): Promise<readonly InstanceRecord[]> {
  const { record, order, now } = input;
  const { state } = site.journal;
  if (order.kind === 'start') {
    const fresh: InstanceRecord = {
      id: site.runtime.newId(),
      application: record.id,
      module: order.module,
      operation: order.operation,
      port: null,
      identity: null,
      startedAt: now,
      failures: 0,
      restarts: 0,
      draining: false,
      drainingSince: 0,
      stopping: false,
    };
    const serves =
      record.specs[order.operation]?.modules.find((each) => each.name === order.module)?.health !== undefined;
    const withPort = serves ? { ...fresh, port: await freePort(portsInUse(site)) } : fresh;
    state.instances.push(withPort);
    return [withPort];
  }
  const instance = state.instances.find((each) => each.id === order.id);
  if (instance === undefined) return [];
  switch (order.kind) {
    case 'restart':
      instance.restarts += 1;
      instance.identity = null;
      return [instance];
    case 'recycle':
      await site.runtime.stop(instance, graceOfRecord(record, instance));
      break;
    case 'drain':
      instance.draining = true;
      instance.drainingSince = now;
      break;
    case 'stop':
      if (instance.stopping) break;
      instance.stopping = true;
      // Ending takes as long as the application takes; the pass goes on meanwhile.
      void stopInstance(site, record, instance).then(input.onChange);
      break;
    case 'remove':
      await drop(site, instance);
      break;
  }
  return [];
}

function graceOfRecord(record: ApplicationRecord, instance: InstanceRecord): number {
  return (
    (record.specs[instance.operation]?.modules.find((each) => each.name === instance.module)?.stopGrace ?? 30) * 1000
  );
}

/** Ends an instance and forgets it; one that could not be ended is tried again by a later pass. */
async function stopInstance(site: SiteContext, record: ApplicationRecord, instance: InstanceRecord): Promise<void> {
  try {
    failpoint('instance-before-stop');
    await site.runtime.stop(instance, graceOfRecord(record, instance));
    await drop(site, instance);
  } catch (error) {
    instance.stopping = false;
    site.log.error({ application: record.name, instance: instance.id, err: error }, 'an instance could not be ended');
  }
}

async function drop(site: SiteContext, instance: InstanceRecord): Promise<void> {
  failpoint('instance-after-stop');
  site.journal.state.instances = site.journal.state.instances.filter((each) => each !== instance);
  await site.runtime.forget(instance);
  await site.files.remove(instance.application, 'homes', instance.id);
}

/** The intention is durable before the deed: an agent that dies in between finds the processes by their instances. */
async function launch(
  site: SiteContext,
  record: ApplicationRecord,
  instances: readonly InstanceRecord[],
): Promise<void> {
  if (instances.length === 0) return;
  await site.journal.save();
  await Promise.all(instances.map((each) => startInstance(site, record, each)));
  await site.journal.save();
}

async function startInstance(site: SiteContext, record: ApplicationRecord, instance: InstanceRecord): Promise<void> {
  const application = record.specs[instance.operation];
  const module = application?.modules.find((each) => each.name === instance.module);
  if (application === undefined || module?.start === undefined) return;
  try {
    const home = await site.files.makeWritable(record.id, 'homes', instance.id);
    const settings = await launchSettings(site, { application, module, port: instance.port, home });
    failpoint('instance-before-start');
    await site.runtime.start({ record: instance, command: module.start, ...settings });
    failpoint('instance-after-start');
  } catch (error) {
    site.log.error(
      { application: record.name, module: module.name, reason: error instanceof Error ? error.message : String(error) },
      'an instance could not be started',
    );
  }
}

async function ensureStep(
  site: SiteContext,
  input: { readonly record: ApplicationRecord; readonly step: RolloutDesired['steps'][number]; readonly now: number },
): Promise<void> {
  const { record, step } = input;
  const known = record.steps.find(
    (each) => each.step === step.step && each.module === step.module && each.operation === step.operation,
  );
  const application = record.specs[step.operation];
  const module = application?.modules.find((each) => each.name === step.module);
  const command = step.step === 'migrate' ? module?.migrate : module?.verify;
  const others = record.steps.filter((each) => each !== known);
  if (!mayBeginStep(known, others, input.now)) return;
  if (application === undefined || module === undefined || command === undefined) return;
  const guarded = step.step === 'migrate' ? site.guard.mayMigrate(application) : true;
  if (guarded === undefined) return;
  const fresh: StepRecord = {
    ...step,
    id: `${step.step}-${step.module}-${step.operation}`,
    state: 'running',
    faults: known?.faults ?? 0,
    identity: null,
    startedAt: input.now,
    endedAt: null,
    output: '',
  };
  record.steps = [...others, fresh];
  if (guarded !== true) {
    Object.assign(fresh, { state: 'failed', endedAt: input.now, output: guarded.fault } satisfies Partial<StepRecord>);
    return;
  }
  const directory = stepsDirectory(site.directory);
  await makeRoomForStep({ record: fresh, directory });
  await site.journal.save();
  try {
    const settings = await launchSettings(site, {
      application,
      module,
      port: record.ports[module.name] ?? null,
      home: await site.files.makeWritable(record.id, 'homes', fresh.id),
    });
    failpoint('step-before-start');
    await startStep({
      record: fresh,
      directory,
      command,
      cwd: settings.directory,
      environment: settings.environment,
      account: settings.account,
      group: settings.account === undefined ? undefined : await site.groups?.create(fresh.id, settings.limits),
    });
  } catch (error) {
    // A database that is just starting, for example, is there a moment later; what lasts is told as the step's failure.
    Object.assign(fresh, afterStepFault(fresh));
    fresh.output = error instanceof Error ? error.message : String(error);
    if (fresh.state === 'failed') fresh.endedAt = input.now;
    site.log.warn({ application: record.name, module: module.name, reason: fresh.output }, `a step is ${fresh.state}`);
    return;
  }
  // Whatever goes wrong from here on, the step runs: it is looked at again, and not taken for failed.
  failpoint('step-after-start');
  await site.journal.save();
}

async function lookAtSteps(site: SiteContext, record: ApplicationRecord, now: number): Promise<void> {
  for (const step of record.steps.filter((each) => each.state === 'running')) {
    const look = await lookAtStep({
      record: step,
      directory: stepsDirectory(site.directory),
      now,
      mask: () => maskOf(site, record.name),
    });
    if (look === 'interrupted') {
      const names = { application: record.name, module: step.module, step: step.step };
      site.log.warn(
        names,
        'a step ended without a status, as when the machine went down; it is run again if it is wanted',
      );
      record.steps = record.steps.filter((each) => each !== step);
    }
    if (look !== 'running') await site.groups?.of(step.id).remove();
    if (look !== 'ended') continue;
    failpoint('step-before-end');
    await site.journal.save();
    failpoint('step-after-end');
    site.log.info({ application: record.name, module: step.module, step: step.step, state: step.state }, 'step ended');
  }
}

/** Specifications and steps of operations that nothing runs and nobody may go back to. */
function forgetOldSpecs(record: ApplicationRecord, site: SiteContext): void {
  const inUse = operationsInUse(record.rollout, recordsOf(site, record));
  record.steps = keptSteps(record.steps, inUse);
  record.analyses = record.analyses.filter((each) => inUse.has(each.operation));
  const needed = new Set([...inUse, ...record.steps.map((each) => each.operation)]);
  for (const operation of Object.keys(record.specs)) if (!needed.has(operation)) delete record.specs[operation];
}

function lastLines(output: string): string {
  return output.trim().split('\n').slice(-3).join(' · ').slice(-400);
}
