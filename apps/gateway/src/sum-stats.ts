import type {
  GatewayCounters,
  GatewayServiceStats,
  GatewayStats,
  ReportedViolations,
  Violation,
} from '@almanac/protocol/gateway';

/** The numbers of a gateway and of the one that it took over from, as those of one gateway. */
export function sumStats(own: GatewayStats, earlier: GatewayStats): GatewayStats {
  const others = new Map(earlier.services.map((each) => [each.name, each]));
  const services = own.services.map((each) => {
    const other = others.get(each.name);
    others.delete(each.name);
    return other === undefined ? each : sumService(each, other);
  });
  const gone = [...others.values()].filter((each) => each.backends.length > 0);
  return { ...own, startedAt: earlier.startedAt, services: [...services, ...gone] };
}

function sumService(own: GatewayServiceStats, earlier: GatewayServiceStats): GatewayServiceStats {
  return {
    name: own.name,
    held: own.held + earlier.held,
    versions: sumBy(own.versions, earlier.versions, 'version', sumCounters),
    mirrored: sumBy(own.mirrored, earlier.mirrored, 'version', (one, other) => ({
      ...sumCounters(one, other),
      dropped: one.dropped + other.dropped,
    })),
    backends: sumBy(own.backends, earlier.backends, 'instance', (one, other) => ({
      instance: one.instance,
      inFlight: one.inFlight + other.inFlight,
      connections: one.connections + other.connections,
      upgraded: one.upgraded + other.upgraded,
    })),
    violations: sumViolations(own.violations, earlier.violations),
  };
}

/** So many are told of one service. */
const mostViolations = 200;

function sumViolations(own: ReportedViolations, earlier: ReportedViolations): ReportedViolations {
  const keyOf = ({ directive, blocked, document }: Violation) => JSON.stringify([directive, blocked, document]);
  const sum = new Map(own.items.map((each) => [keyOf(each), each]));
  let dropped = own.dropped + earlier.dropped;
  for (const each of earlier.items) {
    const same = sum.get(keyOf(each));
    if (same !== undefined)
      sum.set(keyOf(each), { ...same, count: same.count + each.count, firstSeen: each.firstSeen });
    else if (sum.size < mostViolations) sum.set(keyOf(each), each);
    else dropped += each.count;
  }
  return { items: [...sum.values()], dropped };
}

function sumCounters(one: GatewayCounters, other: GatewayCounters): GatewayCounters {
  const longer = one.latency.length >= other.latency.length ? one : other;
  return {
    version: one.version,
    build: one.build,
    requests: one.requests + other.requests,
    errors: one.errors + other.errors,
    // Another program may have had other buckets: those of one are not those of the other.
    latency:
      one.latency.length === other.latency.length
        ? one.latency.map((count, index) => count + (other.latency[index] ?? 0))
        : longer.latency,
  };
}

/** Those of both lists; what stands in both under one key is summed. */
function sumBy<Item, Key extends keyof Item>(
  own: readonly Item[],
  earlier: readonly Item[],
  key: Key,
  sum: (one: Item, other: Item) => Item,
): Item[] {
  const byKey = new Map(own.map((each) => [each[key], each]));
  for (const each of earlier) {
    const same = byKey.get(each[key]);
    byKey.set(each[key], same === undefined ? each : sum(same, each));
  }
  return [...byKey.values()];
}
