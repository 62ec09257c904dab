import type { FleetPolicy, Ring } from './fleet.ts';

/** The rings of an environment in one line for people. */
export function ringsWords({ rings, link }: FleetPolicy): string {
  const line = rings.map((each) => `${each.name} (${ringWords(each)})`).join(', then ');
  return link === null ? line : `${line}; ${link.atOnce} at a time of each ${link.label}`;
}

/** What a ring asks for, in words. */
export function ringWords(ring: Ring): string {
  return [
    ring.sites.kind === 'labels'
      ? Object.entries(ring.sites.labels)
          .map(([key, value]) => `${key}=${value}`)
          .join(' and ')
      : `${ring.sites.percent} % of what is left`,
    `passes at ${ring.successThreshold} %`,
    `stops above ${ring.errorThreshold} % failed${ring.minExecuted > 1 ? ` of ${ring.minExecuted} or more` : ''}`,
    ...(ring.soak === 0 ? [] : [`soaks ${ring.soak} min`]),
    ...(ring.maxOffline === 100 ? [] : [`at most ${ring.maxOffline} % offline`]),
    ...(ring.onError === 'pause' ? [] : [ring.onError === 'rollback-ring' ? 'goes back by itself' : 'takes all back']),
  ].join(', ');
}
