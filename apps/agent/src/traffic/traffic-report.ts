import { type GatewayStats, latencyBounds, type ReportedApplication } from '@almanac/protocol';

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

/** The upper bound in milliseconds of the bucket in which a quantile lies; 0 when nothing was counted. */
function quantile(counts: readonly number[], share: number): number {
  const total = counts.reduce((sum, each) => sum + each, 0);
  if (total === 0) return 0;
  let seen = 0;
  for (const [index, count] of counts.entries()) {
    seen += count;
    if (seen >= share * total) return latencyBounds[index] ?? latencyBounds.at(-1) ?? 0;
  }
  return latencyBounds.at(-1) ?? 0;
}
