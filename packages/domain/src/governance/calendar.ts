import { RRuleTemporal } from 'rrule-temporal';

/**
 * A span of time that may recur: a change window, or a freeze. The recurrence is one of wall clocks (RFC 5545 rules over
 * local times), so that "22:00" stays 22:00 through daylight saving.
 */
export interface Calendar {
  /** Wall-clock time at which the first occurrence begins, such as `2026-11-27T22:00`. */
  readonly start: string;
  /** IANA time zone, such as `Europe/Berlin`. */
  readonly zone: string;
  /** ISO 8601 duration; days are calendar days, hours are exact: `PT4H`, `P2D`. */
  readonly duration: string;
  /** RFC 5545 recurrence rule, such as `FREQ=WEEKLY;BYDAY=FR`; null when it happens once. */
  readonly rule: string | null;
}

/** From `from` on, and no longer at `until`; milliseconds since the epoch. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

/** Occurrences closer than a day could not be told apart by people, and cost without end to look through. */
const frequencies = /^FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)(;|$)/;
const rulePattern = /^[A-Z]+=[A-Z0-9,+-]+(;[A-Z]+=[A-Z0-9,+-]+)*$/;
const startPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/;
const longest = { days: 366 } as const;
const probedYears = [10, 25, 50] as const;

export interface CalendarFault {
  /** What would have to be otherwise. */
  readonly field: keyof Calendar;
  readonly detail: string;
}

/** Why a calendar cannot be used; null when it can. */
export function calendarFault(calendar: Calendar): CalendarFault | null {
  if (!startPattern.test(calendar.start) || !isPlainTime(calendar.start))
    return fault('start', 'is a wall-clock time such as 2026-11-27T22:00, without a zone');
  if (!isZone(calendar.zone)) return fault('zone', `${calendar.zone} is no time zone; one is named like Europe/Berlin`);
  const duration = parsedDuration(calendar.duration);
  if (duration === null) return fault('duration', 'is an ISO 8601 duration such as PT4H or P2D');
  const begin = startOf(calendar, Temporal.PlainDateTime.from(calendar.start));
  const end = begin.add(duration);
  if (Temporal.ZonedDateTime.compare(end, begin) <= 0) return fault('duration', 'is longer than nothing');
  if (Temporal.ZonedDateTime.compare(end, begin.add(longest)) > 0) return fault('duration', 'is at most 366 days');
  if (calendar.rule === null) return null;
  const rule = calendar.rule.toUpperCase();
  if (rule.length > 200 || !rulePattern.test(rule) || !frequencies.test(rule))
    return fault('rule', 'is an RFC 5545 rule that begins with FREQ=DAILY, WEEKLY, MONTHLY or YEARLY');
  try {
    const recurrence = recurrenceOf(calendar);
    if (recurrence.next(wallClock(begin), true) === null) return fault('rule', 'never happens');
    // Whoever asks a gate later must get an answer: what takes too long to look through is found out now.
    for (const years of probedYears) recurrence.previous(wallClock(begin.add({ years })), true);
    return null;
  } catch (error) {
    return fault('rule', `is not understood: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function fault(field: CalendarFault['field'], detail: string): CalendarFault {
  return { field, detail };
}

/** The occurrence that holds at `now`; null when none does. */
export function spanAt(calendar: Calendar, now: number): Span | null {
  const local = zonedAt(calendar, now);
  // A wall clock that was moved forward meanwhile makes a start seem later than it was: look one day further.
  const margin = local.toPlainDateTime().add({ days: 1 });
  let start = previousStart(calendar, margin);
  for (let looks = 0; start !== null && looks < 4; looks += 1) {
    const span = spanFrom(calendar, start);
    if (span.from <= now) return now < span.until ? span : null;
    start = previousStart(calendar, start.subtract({ seconds: 1 }));
  }
  return null;
}

/** The first occurrence that begins after `now`; null when none does any more. */
export function spanAfter(calendar: Calendar, now: number): Span | null {
  let start = nextStart(calendar, zonedAt(calendar, now).toPlainDateTime().subtract({ days: 1 }));
  for (let looks = 0; start !== null && looks < 6; looks += 1) {
    const span = spanFrom(calendar, start);
    if (span.from > now) return span;
    start = nextStart(calendar, start);
  }
  return null;
}

/**
 * The next occurrences, beginning with the one that holds at `now`; fewer when no more are to come. What is wrong with the
 * calendar instead, where it cannot be used.
 */
export function openingsFrom(
  calendar: Calendar,
  now: number,
  count: number,
): { readonly spans: readonly Span[] } | { readonly fault: CalendarFault } {
  const wrong = calendarFault(calendar);
  if (wrong !== null) return { fault: wrong };
  const spans: Span[] = [];
  try {
    let span = spanAt(calendar, now) ?? spanAfter(calendar, now);
    while (span !== null && spans.length < count) {
      spans.push(span);
      span = spanAfter(calendar, span.from);
    }
    return { spans };
  } catch (error) {
    return { fault: fault('rule', `is not understood: ${error instanceof Error ? error.message : String(error)}`) };
  }
}

/** When none of the calendars holds any more, beginning with `now`; null when that is too far away to say. */
export function freeAfter(calendars: readonly Calendar[], now: number): number | null {
  let at = now;
  for (let looks = 0; looks < 100; looks += 1) {
    const until = calendars.flatMap((each) => spanAt(each, at)?.until ?? []);
    if (until.length === 0) return at;
    at = Math.max(...until);
  }
  return null;
}

function spanFrom(calendar: Calendar, start: Temporal.PlainDateTime): Span {
  const from = startOf(calendar, start);
  return { from: from.epochMilliseconds, until: from.add(calendar.duration).epochMilliseconds };
}

/**
 * A wall-clock time that does not exist, because the clock is put forward over it, is taken as the same time by the
 * clock of before. RFC 5545 would leave such an occurrence out; a freeze that vanishes once a year would be no freeze.
 */
function startOf(calendar: Calendar, start: Temporal.PlainDateTime): Temporal.ZonedDateTime {
  return start.toZonedDateTime(calendar.zone, { disambiguation: 'compatible' });
}

function zonedAt(calendar: Calendar, now: number): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(calendar.zone);
}

function previousStart(calendar: Calendar, at: Temporal.PlainDateTime): Temporal.PlainDateTime | null {
  const first = Temporal.PlainDateTime.from(calendar.start);
  if (Temporal.PlainDateTime.compare(first, at) > 0) return null;
  if (calendar.rule === null) return first;
  return toPlain(recurrenceOf(calendar).previous(at.toZonedDateTime('UTC'), true));
}

function nextStart(calendar: Calendar, after: Temporal.PlainDateTime): Temporal.PlainDateTime | null {
  const first = Temporal.PlainDateTime.from(calendar.start);
  if (calendar.rule === null) return Temporal.PlainDateTime.compare(first, after) > 0 ? first : null;
  return toPlain(recurrenceOf(calendar).next(after.toZonedDateTime('UTC'), false));
}

/** The rule over wall-clock times, which are written as if they were UTC: no clock is ever put forward there. */
function recurrenceOf(calendar: Calendar): RRuleTemporal {
  const start = Temporal.PlainDateTime.from(calendar.start).toZonedDateTime('UTC');
  const rruleString = (calendar.rule ?? '').toUpperCase().replace(/UNTIL=(\d{8}T\d{6})Z/, (_, until: string) => {
    const instant = Temporal.Instant.from(`${isoOf(until)}Z`);
    return `UNTIL=${basicOf(instant.toZonedDateTimeISO(calendar.zone).toPlainDateTime())}Z`;
  });
  return new RRuleTemporal({ rruleString, dtstart: start });
}

function isoOf(basic: string): string {
  return basic.replace(/^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})$/, '$1-$2-$3T$4:$5:$6');
}

function basicOf(time: Temporal.PlainDateTime): string {
  return time.toString({ smallestUnit: 'second' }).replaceAll(/[-:]/g, '');
}

function wallClock(time: Temporal.ZonedDateTime): Temporal.ZonedDateTime {
  return time.toPlainDateTime().toZonedDateTime('UTC');
}

function toPlain(time: { readonly toString: () => string } | null): Temporal.PlainDateTime | null {
  return time === null ? null : Temporal.PlainDateTime.from(time.toString().replace(/(Z|[+-]\d{2}:\d{2})?\[.*$/, ''));
}

function parsedDuration(text: string): Temporal.Duration | null {
  try {
    return Temporal.Duration.from(text);
  } catch {
    return null;
  }
}

function isPlainTime(text: string): boolean {
  try {
    return Temporal.PlainDateTime.from(text, { overflow: 'reject' }).year > 1970;
  } catch {
    return false;
  }
}

function isZone(zone: string): boolean {
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone).timeZoneId.length > 0;
  } catch {
    return false;
  }
}
