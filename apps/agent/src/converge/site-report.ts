import type { ObservedInstance } from '@almanac/domain';
import { freeBytes } from '@almanac/host';
import type { DesiredApplication, DesiredState, ReportedApplication, SiteReport } from '@almanac/protocol';
import type { GatewayStats } from '@almanac/protocol/gateway';
import type { ApplicationRecord, Hold, InstanceRecord } from '../journal/journal.ts';
import { reportHold } from '../local/holds.ts';
import { toldState } from '../runtimes/one-off.ts';
import { trafficOf } from '../traffic/traffic-report.ts';
import { violationsOf } from '../traffic/violation-report.ts';
import type { Prepared } from './preparation.ts';
import type { SiteContext } from './site-context.ts';

/** What the site says of an application that runs, comes or goes. */
export function reportApplication(input: {
  readonly record: ApplicationRecord;
  readonly target: DesiredApplication | null;
  readonly prepared: Prepared | null;
  readonly observed: readonly ObservedInstance[];
  readonly records: readonly InstanceRecord[];
  readonly stats: GatewayStats | undefined;
  readonly drift: ReportedApplication['drift'];
  readonly hold: Hold | undefined;
  readonly rollout: ReportedApplication['rollout'];
}): ReportedApplication {
  const { record, target, prepared, observed } = input;
  const { rollout } = record;
  const waiting = prepared !== null && prepared.kind !== 'ready';
  const operation = target?.operation ?? rollout.stable?.operation ?? '';
  const phase = waiting
    ? prepared.kind === 'failed'
      ? 'failed'
      : 'pulling'
    : rollout.phase === 'idle'
      ? 'removing'
      : phaseOf(rollout, operation);
  const modules = [
    ...new Set([...(target?.modules ?? []).map((each) => each.name), ...observed.map((each) => each.module)]),
  ];
  return {
    application: { id: record.id as ReportedApplication['application']['id'], name: record.name },
    operation,
    phase,
    message: waiting ? prepared.message : (rollout.failed?.reason ?? rollout.message),
    running: rollout.stable?.build ?? null,
    progress: prepared?.kind === 'pulling' ? { done: prepared.done, total: prepared.total } : null,
    modules: modules.map((name) => ({
      name,
      port: record.ports[name] ?? null,
      instances: observed.filter((each) => each.module === name).map((each) => reportInstance(input, each)),
    })),
    steps: record.steps.map((each) => ({
      step: each.step,
      module: each.module,
      operation: each.operation,
      state: toldState(each),
      output: each.output,
      startedAt: new Date(each.startedAt).toISOString(),
      endedAt: each.endedAt === null ? null : new Date(each.endedAt).toISOString(),
    })),
    hold: reportHold(input.hold),
    rollout: input.rollout,
    drift: input.drift,
    traffic: trafficOf(input.stats, record.name),
    violations: violationsOf(input.stats, record.name),
  };
}

/** A site that goes back because an operation failed says `failed` of it at once: the plan need not wait for the rest. */
function phaseOf(rollout: ApplicationRecord['rollout'], operation: string): ReportedApplication['phase'] {
  if (rollout.failed?.operation === operation && rollout.phase === 'returning') return 'returning';
  return rollout.phase === 'idle' ? 'removing' : rollout.phase;
}

function reportInstance(
  input: { readonly record: ApplicationRecord; readonly records: readonly InstanceRecord[] },
  observed: ObservedInstance,
): ReportedApplication['modules'][number]['instances'][number] {
  const instance = input.records.find((each) => each.id === observed.id);
  const build = input.record.specs[observed.operation]?.build ?? input.record.rollout.stable?.build;
  return {
    id: observed.id,
    // A specification is kept as long as one of its instances runs.
    build: build as NonNullable<typeof build>,
    operation: observed.operation,
    state: observed.state,
    restarts: instance?.restarts ?? 0,
    port: instance?.port ?? null,
    pid: instance?.identity?.pid ?? null,
    startedAt: instance === undefined ? null : new Date(instance.startedAt).toISOString(),
    message: observed.message,
  };
}

/** An application whose files are brought ahead of its switch. */
export function reportStaged(application: DesiredApplication, prepared: Prepared): ReportedApplication {
  return {
    application: application.application,
    operation: application.operation,
    phase: prepared.kind === 'ready' ? 'staged' : prepared.kind,
    message: prepared.kind === 'ready' ? null : prepared.message,
    running: null,
    progress: prepared.kind === 'pulling' ? { done: prepared.done, total: prepared.total } : null,
    modules: [],
    steps: [],
    hold: null,
    rollout: null,
    drift: null,
    traffic: [],
    violations: null,
  };
}

export async function reportSite(
  site: SiteContext,
  input: {
    /** What the applications were told by. */
    readonly desired: DesiredState | undefined;
    readonly applications: readonly ReportedApplication[];
    readonly stats: GatewayStats | undefined;
    readonly overQuota: readonly string[];
  },
): Promise<Omit<SiteReport, 'sequence' | 'at'>> {
  const { desired } = input;
  const fault = input.stats?.listenerFaults[String(site.frontPort)];
  const free = await freeBytes(site.directory);
  return {
    incarnation: desired?.incarnation ?? 0,
    generation: desired?.generation ?? 0,
    applications: [...input.applications],
    gateway: {
      state: input.stats === undefined ? 'unreachable' : 'serving',
      frontPort: site.frontPort,
      message: fault ?? null,
    },
    notices: [...site.notices, ...input.overQuota],
    // In steps of 64 MiB, so that a report does not differ from the one before by every byte that is written.
    disk: { freeBytes: Math.floor(free / 67_108_864) * 67_108_864, usedBytes: 0 },
    capabilities: site.capabilities,
  };
}
