import { CommandError } from '../../output/report-error.ts';

const unitMs: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** `1h`, `1h30m`, `2 hours ago`, `90 minutes`. */
const parts = /(\d+)\s*(weeks?|w|days?|d|hours?|h|minutes?|mins?|min|m|seconds?|secs?|sec|s)(?![a-z])\s*/giy;
const clock = /^(?:(today|yesterday)\s+)?(\d{1,2}):(\d{2})(?::(\d{2}))?$/i;
const local = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?))?$/i;

/**
 * The instant that people mean: ISO 8601, how long ago, or a time of today or yesterday. What names no time zone is in
 * that of this machine.
 */
export function parseMoment(text: string, now: number): Date {
  const given = text.trim();
  const found = /^now$/i.test(given) ? new Date(now) : (agoOf(given, now) ?? clockOf(given, now) ?? dateOf(given));
  if (found === undefined || Number.isNaN(found.getTime()))
    throw new CommandError(
      `"${text}" is no moment; give 1h, "2 hours ago", "yesterday 14:00", 2026-11-21T14:00, or 2026-11-21T13:00:00Z`,
    );
  if (found.getTime() > now)
    throw new CommandError(`${found.toLocaleString()} has not come yet; name a moment that was`);
  return found;
}

function agoOf(text: string, now: number): Date | undefined {
  const words = text.replace(/\s+ago$/i, '').replace(/^an?\s+/i, '1 ');
  let total = 0;
  parts.lastIndex = 0;
  for (let at = 0; at < words.length; at = parts.lastIndex) {
    const match = parts.exec(words);
    if (match === null) return undefined;
    total += Number(match[1]) * (unitMs[(match[2] ?? '').slice(0, 1).toLowerCase()] ?? Number.NaN);
  }
  return words === '' ? undefined : new Date(now - total);
}

function clockOf(text: string, now: number): Date | undefined {
  const day = new Date(now);
  if (/^(today|yesterday)$/i.test(text)) {
    day.setHours(0, 0, 0, 0);
    if (/^yesterday$/i.test(text)) day.setDate(day.getDate() - 1);
    return day;
  }
  const match = clock.exec(text);
  if (match === null) return undefined;
  const [hour, minute, second] = [match[2], match[3], match[4] ?? '0'].map(Number);
  if ((hour ?? 99) > 23 || (minute ?? 99) > 59 || (second ?? 99) > 59) return undefined;
  if (match[1]?.toLowerCase() === 'yesterday') day.setDate(day.getDate() - 1);
  day.setHours(hour ?? 0, minute ?? 0, second ?? 0, 0);
  return day;
}

function dateOf(text: string): Date | undefined {
  const match = local.exec(text);
  // A date without a time would be midnight in UTC for the built-in parser, unlike one with a time.
  if (match !== null) return new Date(`${match[1]}T${match[2] ?? '00:00'}`);
  return /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/.test(text) ? new Date(text) : undefined;
}

/** `production@2h` as an environment and a moment; without `@` it is now. */
export function parseSide(text: string, now: number): { readonly environment: string; readonly at: Date | undefined } {
  const at = text.indexOf('@');
  if (at < 0) return { environment: text, at: undefined };
  const environment = text.slice(0, at);
  if (environment === '') throw new CommandError(`"${text}" names no environment; give production@2h for example`);
  const moment = text.slice(at + 1);
  return { environment, at: /^now$/i.test(moment.trim()) ? undefined : parseMoment(moment, now) };
}
