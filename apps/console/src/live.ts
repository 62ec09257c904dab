import { urlOf } from '@almanac/client';
import { type LiveEvent, liveEvent, routes } from '@almanac/protocol';
import type { QueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';

/** Which reads an event makes old, by the first part of their keys. */
export const affectedReads: Readonly<Record<LiveEvent['kind'], readonly string[]>> = {
  'application-changed': ['board', 'applications', 'application', 'releases', 'release'],
  'build-changed': ['board', 'builds', 'build'],
  'release-changed': ['releases', 'release'],
  'rollout-changed': ['rollout', 'plan'],
  'version-created': ['board', 'versions', 'builds', 'build', 'applications', 'application'],
  'environment-changed': ['board', 'environments'],
  'site-changed': ['board', 'sites', 'site', 'rollout'],
  'settings-changed': ['board', 'settings'],
  'response-headers-changed': ['response-headers'],
  'plan-changed': ['board', 'plans', 'plan', 'history'],
  'target-changed': ['board', 'history', 'site', 'releases', 'release'],
  'references-resolved': ['build'],
  'governance-changed': ['plan', 'plans', 'governance'],
  'inspection-changed': ['inspection'],
  'hotfix-changed': ['board', 'hotfixes', 'versions'],
  'notification-changed': ['subscriptions', 'deliveries'],
  'identity-provider-changed': ['identity-providers', 'identity-provider'],
  'break-glass-changed': ['break-glass'],
  'allow-lists-changed': ['allow-lists', 'access'],
  'signing-keys-changed': ['signing-keys'],
};

export interface LiveStatus {
  readonly connected: boolean;
  /** When the connection was lost, in milliseconds since the epoch; what is shown is from then. */
  readonly lostAt: number | null;
}

let status: LiveStatus = { connected: false, lostAt: null };
const listeners = new Set<() => void>();

function setStatus(next: LiveStatus): void {
  status = next;
  for (const listener of listeners) listener();
}

export function useLiveStatus(): LiveStatus {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => status,
  );
}

/** Many events within this time make one round of reads. */
const gatherMs = 120;

/**
 * Follows the live events for as long as a page is open. The browser resumes by the last position it saw; after a
 * gap everything on the screen is read again.
 */
export function followLiveEvents(queryClient: QueryClient): () => void {
  const source = new EventSource(urlOf({ baseUrl: '', route: routes.streamEvents }));
  const old = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const refresh = () => {
    timer = undefined;
    const names = new Set(old);
    old.clear();
    void queryClient.invalidateQueries({ predicate: (query) => names.has(String(query.queryKey[0])) });
  };
  const take = (message: MessageEvent<string>) => {
    const parsed = liveEvent.safeParse(JSON.parse(message.data));
    if (!parsed.success) return;
    for (const name of affectedReads[parsed.data.kind]) old.add(name);
    timer ??= setTimeout(refresh, gatherMs);
  };
  source.addEventListener('message', take);
  for (const kind of Object.keys(affectedReads)) source.addEventListener(kind, take as EventListener);
  source.addEventListener('reset', () => void queryClient.invalidateQueries());
  source.addEventListener('open', () => {
    const gap = status.lostAt !== null;
    setStatus({ connected: true, lostAt: null });
    if (gap) void queryClient.invalidateQueries();
  });
  source.addEventListener('error', () => setStatus({ connected: false, lostAt: status.lostAt ?? Date.now() }));
  return () => {
    clearTimeout(timer);
    source.close();
    setStatus({ connected: false, lostAt: null });
  };
}
