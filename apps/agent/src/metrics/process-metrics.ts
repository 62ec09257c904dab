import type { MetricSource, Reading } from '@almanac/domain';
import { type GroupUsage, usageByGroup } from '@almanac/host';
import type { MeasuredVersion, MetricProvider, Period } from './metric-provider.ts';

type ProcessSource = Extract<MetricSource, { provider: 'process' }>;

/** An instance whose processes are looked at. */
export interface SampledInstance {
  readonly id: string;
  readonly application: string;
  readonly version: string;
  /** The process group that it leads; null while it does not run. */
  readonly group: number | null;
  /** How often it was started again since it was made. */
  readonly restarts: number;
}

export interface ProcessMetrics extends MetricProvider<ProcessSource> {
  /** Looks at instances, every few seconds and beside the caller; only those that somebody analyses need to be given. */
  readonly sample: (instances: readonly SampledInstance[], now: number) => void;
}

interface Sample {
  readonly at: number;
  readonly version: string;
  readonly restarts: number;
  /** Undefined while it did not run. */
  readonly usage: GroupUsage | undefined;
}

const everyMs = 2000;
const keptMs = 25 * 60_000;

/** Processor, memory and restarts of instances, as the system tells of their process groups. */
export function createProcessMetrics(
  lookAt: () => Promise<ReadonlyMap<number, GroupUsage>> = usageByGroup,
): ProcessMetrics {
  const samples = new Map<string, Sample[]>();
  let next = Number.NEGATIVE_INFINITY;
  const take = async (instances: readonly SampledInstance[], now: number): Promise<void> => {
    const usage = await lookAt();
    for (const { id, application, version, group, restarts } of instances) {
      const key = `${application} ${id}`;
      const kept = samples.get(key) ?? [];
      kept.push({ at: now, version, restarts, usage: group === null ? undefined : usage.get(group) });
      samples.set(key, kept);
    }
    for (const [key, kept] of samples) {
      const recent = kept.filter((each) => now - each.at <= keptMs);
      if (recent.length === 0) samples.delete(key);
      else samples.set(key, recent);
    }
  };
  return {
    sample: (instances, now) => {
      if (instances.length === 0 || now < next) return;
      next = now + everyMs;
      // A look that fails leaves a gap, and a gap is no data.
      take(instances, now).catch(() => undefined);
    },
    read: async ({ source, measured, period }) => readingOf(source, instancesOf(samples, measured, period)),
  };
}

/** The samples of a period, instance by instance; an instance that was seen in less than half of it is left out. */
function instancesOf(
  samples: ReadonlyMap<string, readonly Sample[]>,
  measured: MeasuredVersion,
  period: Period,
): readonly (readonly Sample[])[] {
  const length = period.until - period.from;
  return [...samples].flatMap(([key, kept]) => {
    if (!key.startsWith(`${measured.application} `)) return [];
    const within = kept.filter(
      (each) => each.version === measured.version && each.at >= period.from - everyMs && each.at <= period.until,
    );
    const seen = (within.at(-1)?.at ?? 0) - (within[0]?.at ?? 0);
    return within.length >= 2 && seen >= length / 2 ? [within] : [];
  });
}

function readingOf(source: ProcessSource, instances: readonly (readonly Sample[])[]): Reading {
  if (instances.length === 0) return { kind: 'no-data' };
  switch (source.of) {
    case 'cpu':
      return meanOf(instances.flatMap(coresOf));
    case 'memory':
      return meanOf(instances.flatMap((each) => each.flatMap(({ usage }) => usage?.bytes ?? [])));
    case 'restarts':
      return {
        kind: 'count',
        events: instances.reduce((sum, each) => sum + (each.at(-1)?.restarts ?? 0) - (each[0]?.restarts ?? 0), 0),
        exposure: instances.reduce((sum, each) => sum + secondsOf(each), 0),
      };
  }
}

/** Processor time per time, over the samples of one run: a process that was started again counts from zero. */
function coresOf(samples: readonly Sample[]): readonly number[] {
  let cpu = 0;
  let seconds = 0;
  for (const [index, sample] of samples.entries()) {
    const before = samples[index - 1];
    if (before?.usage === undefined || sample.usage === undefined || sample.usage.cpuSeconds < before.usage.cpuSeconds)
      continue;
    cpu += sample.usage.cpuSeconds - before.usage.cpuSeconds;
    seconds += (sample.at - before.at) / 1000;
  }
  return seconds === 0 ? [] : [cpu / seconds];
}

function secondsOf(samples: readonly Sample[]): number {
  return ((samples.at(-1)?.at ?? 0) - (samples[0]?.at ?? 0)) / 1000;
}

function meanOf(values: readonly number[]): Reading {
  if (values.length === 0) return { kind: 'no-data' };
  return { kind: 'value', value: values.reduce((sum, each) => sum + each, 0) / values.length, requests: null };
}
