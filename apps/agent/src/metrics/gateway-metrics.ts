import type { MetricSource, Reading } from '@almanac/domain';
import { latencyBounds } from '@almanac/protocol/gateway';
import type { MetricProvider } from './metric-provider.ts';
import type { Traffic, TrafficHistory } from './traffic-history.ts';

type GatewaySource = Extract<MetricSource, { provider: 'gateway' }>;

/** Requests, errors and latency by version, from what the gateway has counted. */
export function createGatewayMetrics(history: Pick<TrafficHistory, 'between'>): MetricProvider<GatewaySource> {
  return {
    read: async ({ source, measured, period }) => {
      const traffic = history.between(measured, period);
      return traffic === null ? { kind: 'no-data' } : readingOf(source, traffic);
    },
  };
}

function readingOf(source: GatewaySource, traffic: Traffic): Reading {
  const { requests, errors, latency, seconds } = traffic;
  switch (source.of) {
    case 'requests':
      return { kind: 'value', value: requests / seconds, requests };
    case 'error-rate':
      return requests === 0 ? { kind: 'no-data' } : { kind: 'rate', events: errors, of: requests };
    case 'latency': {
      const value = quantileOf(latency, source.quantile);
      return value === null ? { kind: 'no-data' } : { kind: 'value', value, requests };
    }
  }
}

/**
 * A quantile in milliseconds, as if answers were spread evenly within each bucket; beyond the last bound it is that bound.
 * Null when nothing was counted.
 */
export function quantileOf(counts: readonly number[], quantile: number): number | null {
  const total = counts.reduce((sum, each) => sum + each, 0);
  if (total === 0) return null;
  const wanted = quantile * total;
  let seen = 0;
  for (const [index, count] of counts.entries()) {
    const upper = latencyBounds[index];
    if (upper === undefined) break;
    if (count > 0 && seen + count >= wanted) {
      const lower = latencyBounds[index - 1] ?? 0;
      return lower + ((upper - lower) * (wanted - seen)) / count;
    }
    seen += count;
  }
  return latencyBounds.at(-1) ?? null;
}
