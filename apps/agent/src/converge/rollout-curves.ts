import { baselineOf } from '@almanac/domain';
import type { ReportedRollout, RolloutPoint } from '@almanac/protocol';
import type { ApplicationRecord } from '../journal/journal.ts';
import { quantileOf } from '../metrics/gateway-metrics.ts';
import type { TrafficHistory } from '../metrics/traffic-history.ts';

type Curves = ReportedRollout['curves'];

/** What the gateway saw of both versions of a rollout and of its baseline, as people look at it. */
export interface RolloutCurves {
  /** While it takes steps: the last ten minutes; afterwards what was seen last. */
  readonly of: (record: ApplicationRecord, now: number) => Curves;
}

const pointMs = 5000;
const mostPoints = 120;
const none: Curves = { candidate: [], stable: [], baseline: [] };

export function createRolloutCurves(history: Pick<TrafficHistory, 'between'>): RolloutCurves {
  const known = new Map<string, { readonly until: number; readonly curves: Curves }>();
  return {
    of: (record, now) => {
      const { phase, candidate, stable } = record.rollout;
      const last = known.get(record.id);
      const until = Math.floor(now / pointMs) * pointMs;
      if (phase !== 'stepping' || candidate === null || stable === null || last?.until === until)
        return last?.curves ?? none;
      const curve = (version: string) => pointsOf(history, { application: record.name, version, until });
      const curves = {
        candidate: curve(candidate.operation),
        stable: curve(stable.operation),
        baseline: curve(baselineOf(candidate.operation)),
      };
      known.set(record.id, { until, curves });
      return curves;
    },
  };
}

function pointsOf(
  history: Pick<TrafficHistory, 'between'>,
  input: { readonly application: string; readonly version: string; readonly until: number },
): RolloutPoint[] {
  const points: RolloutPoint[] = [];
  for (let index = mostPoints - 1; index >= 0; index -= 1) {
    const until = input.until - index * pointMs;
    const traffic = history.between(input, { from: until - pointMs, until });
    if (traffic === null) continue;
    const { requests, errors, latency, seconds } = traffic;
    points.push({
      at: new Date(until).toISOString(),
      requests: round(requests / seconds),
      errors: requests === 0 ? null : round(errors / requests),
      p95: roundOrNull(quantileOf(latency, 0.95)),
    });
  }
  return points;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function roundOrNull(value: number | null): number | null {
  return value === null ? null : round(value);
}
