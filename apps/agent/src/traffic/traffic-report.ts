import type { ReportedApplication } from '@almanac/protocol';
import type { GatewayStats } from '@almanac/protocol/gateway';
import { quantileOf } from '../metrics/gateway-metrics.ts';

/** What the gateway counted for an application, summed over its modules, by build. */
export function trafficOf(stats: GatewayStats | undefined, application: string): ReportedApplication['traffic'] {
  const sums = new Map<string, { requests: number; errors: number; latency: number[] }>();
  for (const service of stats?.services ?? []) {
    if (!service.name.startsWith(`${application}/`)) continue;
    for (const each of service.versions) {
      const sum = sums.get(each.build) ?? { requests: 0, errors: 0, latency: each.latency.map(() => 0) };
      sum.requests += each.requests;
      sum.errors += each.errors;
      sum.latency = sum.latency.map((count, index) => count + (each.latency[index] ?? 0));
      sums.set(each.build, sum);
    }
  }
  return [...sums].map(([build, { requests, errors, latency }]) => ({
    build,
    requests,
    errors,
    p50: quantile(latency, 0.5),
    p99: quantile(latency, 0.99),
  }));
}

/** In tenths of a millisecond; 0 when nothing was counted. */
function quantile(counts: readonly number[], share: number): number {
  return Math.round((quantileOf(counts, share) ?? 0) * 10) / 10;
}
