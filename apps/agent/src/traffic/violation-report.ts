import type { ReportedApplication } from '@almanac/protocol';
import type { GatewayStats, Violation } from '@almanac/protocol/gateway';

/** So many are told of one application. */
const mostTold = 200;

/** What browsers reported of an application, summed over its modules; those that were seen last are told first. */
export function violationsOf(stats: GatewayStats | undefined, application: string): ReportedApplication['violations'] {
  if (stats === undefined) return null;
  const own = stats.services.filter((each) => each.name.startsWith(`${application}/`)).map((each) => each.violations);
  const sums = new Map<string, Violation>();
  for (const each of own.flatMap((service) => service.items)) {
    const key = JSON.stringify([each.directive, each.blocked, each.document]);
    const sum = sums.get(key);
    sums.set(key, sum === undefined ? each : together(sum, each));
  }
  const told = [...sums.values()].toSorted((one, other) =>
    Date.parse(one.lastSeen) > Date.parse(other.lastSeen) ? -1 : 1,
  );
  const left = told.slice(mostTold).reduce((sum, each) => sum + each.count, 0);
  const dropped = own.reduce((sum, each) => sum + each.dropped, left);
  if (told.length === 0 && dropped === 0) return null;
  return { since: stats.startedAt, items: told.slice(0, mostTold), dropped };
}

function together(one: Violation, other: Violation): Violation {
  return {
    ...one,
    count: one.count + other.count,
    firstSeen: Date.parse(one.firstSeen) < Date.parse(other.firstSeen) ? one.firstSeen : other.firstSeen,
    lastSeen: Date.parse(one.lastSeen) > Date.parse(other.lastSeen) ? one.lastSeen : other.lastSeen,
  };
}
