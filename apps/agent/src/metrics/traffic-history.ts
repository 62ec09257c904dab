import { latencyBounds } from '@almanac/protocol/gateway';
import type { Period } from './metric-provider.ts';

/** What the gateway has counted for one version of one service since it began. */
interface TrafficCounters {
  readonly version: string;
  readonly requests: number;
  readonly errors: number;
  /** By the buckets of `latencyBounds`. */
  readonly latency: ArrayLike<number>;
}

/** The counters of a gateway at one moment, as its statistics have them. */
export interface TrafficSnapshot {
  /** Another one means that the counters began anew. */
  readonly startedAt: string;
  readonly services: readonly { readonly name: string; readonly versions: readonly TrafficCounters[] }[];
}

/** What happened between two moments. */
export interface Traffic extends Omit<TrafficCounters, 'version' | 'latency'> {
  readonly latency: readonly number[];
  readonly seconds: number;
}

/** Remembers what the gateway had counted, so that any recent period can be asked about. */
export interface TrafficHistory {
  readonly observe: (snapshot: TrafficSnapshot, at: number) => void;
  /** Of all modules of an application; null when the period was not observed, or the version was not there at its end. */
  readonly between: (
    version: { readonly application: string; readonly version: string },
    period: Period,
  ) => Traffic | null;
}

interface Moment {
  readonly at: number;
  readonly startedAt: string;
  /** By application and version, summed over services. */
  readonly counters: ReadonlyMap<string, TrafficCounters>;
}

/** Moments of the last minutes lie a second apart, older ones five. */
const closeMs = 1000;
const closeForMs = 5 * 60_000;
const apartMs = 5000;
const keptMs = 25 * 60_000;

export function createTrafficHistory(): TrafficHistory {
  let moments: Moment[] = [];
  return {
    observe: (snapshot, at) => {
      const last = moments.at(-1);
      if (last !== undefined && at - last.at < closeMs && last.startedAt === snapshot.startedAt) return;
      moments.push({ at, startedAt: snapshot.startedAt, counters: countersOf(snapshot, last?.counters) });
      moments = thinned(moments, at);
    },
    between: ({ application, version }, period) => {
      const length = period.until - period.from;
      const [from, until] = [momentAt(moments, period.from), momentAt(moments, period.until)];
      if (from === undefined || until === undefined || from.startedAt !== until.startedAt) return null;
      // A moment may be some time before the end that it stands for; a period of another length would be another one.
      const span = until.at - from.at;
      if (span < length / 2 || span > length * 1.5 + closeMs) return null;
      const key = `${application} ${version}`;
      const end = until.counters.get(key);
      return end === undefined ? null : difference(from.counters.get(key), end, span / 1000);
    },
  };
}

/** The last moment that is not after a time. */
function momentAt(moments: readonly Moment[], at: number): Moment | undefined {
  return moments.findLast((each) => each.at <= at);
}

function thinned(moments: readonly Moment[], now: number): Moment[] {
  const kept: Moment[] = [];
  for (const each of moments) {
    const age = now - each.at;
    if (age > keptMs) continue;
    const last = kept.at(-1);
    const tooClose = last !== undefined && age > closeForMs && each.at - last.at < apartMs;
    if (!tooClose || last.startedAt !== each.startedAt) kept.push(each);
  }
  return kept;
}

/** Sums by application; counters that stand still are the ones of the moment before, which costs nothing to keep. */
function countersOf(
  snapshot: TrafficSnapshot,
  before: ReadonlyMap<string, TrafficCounters> | undefined,
): ReadonlyMap<string, TrafficCounters> {
  const sums = new Map<string, TrafficCounters>();
  for (const { name, versions } of snapshot.services) {
    const [application = ''] = name.split('/');
    for (const each of versions) {
      const key = `${application} ${each.version}`;
      const sum = sums.get(key);
      sums.set(key, sum === undefined ? compact(each) : plus(sum, each));
    }
  }
  for (const [key, sum] of sums) {
    const known = before?.get(key);
    if (known?.requests === sum.requests && known.errors === sum.errors) sums.set(key, known);
  }
  return sums;
}

/** Hundreds of moments are kept. A gateway of another release may have other buckets, which say nothing here. */
function compact(counters: TrafficCounters): TrafficCounters {
  const { latency } = counters;
  const known = latency.length === latencyBounds.length + 1;
  return { ...counters, latency: known ? Uint32Array.from(latency) : new Uint32Array(latencyBounds.length + 1) };
}

function plus(a: TrafficCounters, b: TrafficCounters): TrafficCounters {
  const other = compact(b).latency;
  return {
    version: a.version,
    requests: a.requests + b.requests,
    errors: a.errors + b.errors,
    latency: Uint32Array.from(a.latency, (count, index) => count + (other[index] ?? 0)),
  };
}

/** A version that the gateway did not know at the beginning had counted nothing. */
function difference(from: TrafficCounters | undefined, until: TrafficCounters, seconds: number): Traffic {
  return {
    seconds,
    requests: until.requests - (from?.requests ?? 0),
    errors: until.errors - (from?.errors ?? 0),
    latency: Array.from(until.latency, (count, index) => count - (from?.latency[index] ?? 0)),
  };
}
