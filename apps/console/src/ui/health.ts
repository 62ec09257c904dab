import type { Health } from '@almanac/protocol';

/** Mark and word of every state; the colour is a class of the same name. */
export const healthForms = {
  healthy: { mark: '●', word: 'healthy' },
  progressing: { mark: '◐', word: 'in progress' },
  waiting: { mark: '◔', word: 'waiting' },
  warning: { mark: '▲', word: 'warning' },
  failed: { mark: '■', word: 'failed' },
  offline: { mark: '○', word: 'offline' },
  unknown: { mark: '?', word: 'unknown' },
} as const satisfies Record<Health, { readonly mark: string; readonly word: string }>;

const healthOfState: Readonly<Record<string, Health>> = {
  succeeded: 'healthy',
  passed: 'healthy',
  stopped: 'failed',
  'succeeded-with-warnings': 'warning',
  online: 'healthy',
  ready: 'healthy',
  failed: 'failed',
  errored: 'failed',
  degraded: 'warning',
  unready: 'warning',
  returned: 'warning',
  aborted: 'warning',
  cancelled: 'offline',
  expired: 'offline',
  offline: 'offline',
  exited: 'failed',
  draft: 'unknown',
};

const moving = new Set([
  'running',
  'soaking',
  'deploying',
  'staging',
  'aborting',
  'returning',
  'progressing',
  'stepping',
  'pulling',
  'migrating',
  'verifying',
  'starting',
  'removing',
]);

/** The health under which the state of a build, plan, operation, site or instance is drawn. */
export function healthOf(state: string): Health {
  if (state in healthForms) return state as Health;
  return healthOfState[state] ?? (moving.has(state) ? 'progressing' : 'waiting');
}
