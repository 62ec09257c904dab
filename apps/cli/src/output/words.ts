import type { Health } from '@almanac/protocol';
import type { Terminal } from './terminal.ts';

const marks = {
  healthy: { mark: '●', style: 'green' },
  progressing: { mark: '◐', style: 'blue' },
  waiting: { mark: '◔', style: 'magenta' },
  warning: { mark: '▲', style: 'yellow' },
  failed: { mark: '■', style: 'red' },
  offline: { mark: '○', style: 'gray' },
  unknown: { mark: '?', style: 'gray' },
} as const satisfies Record<Health, { readonly mark: string; readonly style: string }>;

/** The mark of a state in its colour: the same marks as in the console. */
export function healthMark(terminal: Terminal, health: Health): string {
  const { mark, style } = marks[health];
  return terminal.paint(style, mark);
}

const planHealth: Readonly<Record<string, Health>> = {
  draft: 'unknown',
  succeeded: 'healthy',
  'succeeded-with-warnings': 'warning',
  failed: 'failed',
  returned: 'warning',
  aborted: 'warning',
  cancelled: 'offline',
  expired: 'offline',
  deploying: 'progressing',
  staging: 'progressing',
  aborting: 'progressing',
  returning: 'progressing',
  running: 'progressing',
  passed: 'healthy',
  soaking: 'progressing',
  stopped: 'failed',
  errored: 'failed',
};

/** The mark for the state of a plan, an operation or a build. */
export function stateMark(terminal: Terminal, state: string): string {
  return healthMark(terminal, planHealth[state] ?? 'waiting');
}

const units = [
  { seconds: 86_400, word: 'd' },
  { seconds: 3600, word: 'h' },
  { seconds: 60, word: 'min' },
] as const;

/** How long ago an instant was, in one unit. */
export function ago(instant: string | null, now: number): string {
  if (instant === null) return '-';
  const seconds = Math.max(0, Math.round((now - Date.parse(instant)) / 1000));
  const unit = units.find((each) => seconds >= each.seconds);
  return unit === undefined ? `${seconds} s ago` : `${Math.floor(seconds / unit.seconds)} ${unit.word} ago`;
}

export function duration(from: string | null, to: string | null): string {
  if (from === null || to === null) return '-';
  const seconds = (Date.parse(to) - Date.parse(from)) / 1000;
  return seconds < 60 ? `${seconds.toFixed(1)} s` : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
