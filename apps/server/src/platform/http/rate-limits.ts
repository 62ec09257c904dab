import { isIPv6 } from 'node:net';

export interface Rate {
  readonly perMinute: number;
  /** How many may come at once. */
  readonly burst: number;
}

/** Counts requests by who makes them. */
export interface RateLimit {
  /** Takes one; gives the seconds after which it may be tried again when there is none left. */
  readonly take: (key: string) => number | undefined;
}

/** More than come in a minute; then the one that was seen longest ago is forgotten. */
const mostKeys = 200_000;

/**
 * A bucket for each key, in the memory of this process: what it loses with a restart is a minute of counting. Tries at
 * passwords are counted elsewhere, in the database.
 *
 * @param now milliseconds of a clock that does not jump
 */
export function createRateLimit(rate: Rate, now: () => number = () => performance.now()): RateLimit {
  const buckets = new Map<string, { left: number; at: number }>();
  const perMs = rate.perMinute / 60_000;
  const fullAfterMs = rate.burst / perMs;
  const forget = (at: number) => {
    for (const [key, bucket] of buckets) {
      if (at - bucket.at < fullAfterMs && buckets.size <= mostKeys) return;
      buckets.delete(key);
    }
  };
  return {
    take: (key) => {
      const at = now();
      const before = buckets.get(key);
      const left = before === undefined ? rate.burst : Math.min(rate.burst, before.left + (at - before.at) * perMs);
      // The order of the map is that of last use, so what is forgotten stands at its beginning.
      buckets.delete(key);
      buckets.set(key, { left: left < 1 ? left : left - 1, at });
      forget(at);
      return left < 1 ? Math.ceil((1 - left) / perMs / 1000) : undefined;
    },
  };
}

/** One household has many addresses of IPv6, and one address of IPv4. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [head = '', tail = ''] = (address.split('%')[0] ?? '').split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === '' ? [] : tail.split(':');
  const groups = [...before, ...Array(Math.max(0, 8 - before.length - after.length)).fill('0'), ...after];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
