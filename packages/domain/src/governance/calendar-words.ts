import type { Calendar } from './calendar.ts';

/**
 * A calendar for people, as in "every Friday from 22:00 for 4 h (Europe/Berlin), from 2026-11-27 on". A rule that would
 * take more words than a person reads is told as it is written.
 */
export function calendarWords(calendar: Calendar): string {
  const [date = '', time = ''] = calendar.start.split('T');
  const hours = `from ${time.slice(0, 5)} for ${durationWords(calendar.duration)} (${calendar.zone})`;
  if (calendar.rule === null) return `on ${date} ${hours}`;
  return `${recurrenceWords(calendar.rule, date) ?? `by ${calendar.rule}`} ${hours}, from ${date} on`;
}

/** An ISO 8601 duration, as in "4 h" or "1 day 2 h"; as it is written where it holds anything else. */
export function durationWords(duration: string): string {
  const found = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$/.exec(duration.toUpperCase());
  const [, weeks, days, hours, minutes] = found ?? [];
  const parts = [
    countedWords(weeks, 'week'),
    countedWords(days, 'day'),
    ...(hours === undefined ? [] : [`${Number(hours)} h`]),
    ...(minutes === undefined ? [] : [`${Number(minutes)} min`]),
  ].filter((each) => each !== '');
  return parts.length === 0 ? duration : parts.join(' ');
}

/** Minutes, as in "90 min", "2 h" or "3 days": in the largest unit that keeps the number whole. */
export function minutesWords(minutes: number): string {
  if (minutes >= 1440 && minutes % 1440 === 0) return countedWords(String(minutes / 1440), 'day');
  if (minutes >= 60 && minutes % 60 === 0) return `${minutes / 60} h`;
  return `${minutes} min`;
}

function countedWords(text: string | undefined, unit: string): string {
  if (text === undefined) return '';
  const count = Number(text);
  return count === 1 ? `1 ${unit}` : `${count} ${unit}s`;
}

const weekdays: Readonly<Record<string, string>> = {
  MO: 'Monday',
  TU: 'Tuesday',
  WE: 'Wednesday',
  TH: 'Thursday',
  FR: 'Friday',
  SA: 'Saturday',
  SU: 'Sunday',
};
const months = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
];
const ordinals: Readonly<Record<string, string>> = {
  '1': 'first',
  '2': 'second',
  '3': 'third',
  '4': 'fourth',
  '5': 'fifth',
  '-1': 'last',
  '-2': 'last but one',
};
const spoken = new Set(['FREQ', 'INTERVAL', 'BYDAY', 'BYMONTHDAY', 'BYMONTH', 'COUNT', 'UNTIL', 'WKST']);

type Parts = ReadonlyMap<string, string>;

/** A recurrence rule (RFC 5545, 3.3.10) in words; undefined for one that has parts which nobody would understand so. */
function recurrenceWords(rule: string, start: string): string | undefined {
  const parts: Parts = new Map(
    rule
      .toUpperCase()
      .split(';')
      .map((part): [string, string] => [part.split('=')[0] ?? '', part.split('=')[1] ?? '']),
  );
  if ([...parts.keys()].some((key) => !spoken.has(key))) return undefined;
  const words = { DAILY: daily, WEEKLY: weekly, MONTHLY: monthly, YEARLY: yearly }[parts.get('FREQ') ?? ''];
  const body = words?.(parts, start);
  return body === undefined ? undefined : `${body}${endWords(parts)}`;
}

function daily(parts: Parts): string | undefined {
  if (parts.has('BYMONTHDAY')) return undefined;
  const days = dayWords(parts);
  if (parts.has('BYDAY') && (days === undefined || parts.has('INTERVAL'))) return undefined;
  return `${days === undefined ? everyWords(parts, 'day') : `every ${days}`}${inMonths(parts)}`;
}

function weekly(parts: Parts, start: string): string | undefined {
  if (parts.has('BYMONTHDAY')) return undefined;
  const days = parts.has('BYDAY') ? dayWords(parts) : weekdays[weekdayOf(start)];
  if (days === undefined) return undefined;
  const every = parts.has('INTERVAL') ? `${everyWords(parts, 'week')} on ${days}` : `every ${days}`;
  return `${every}${inMonths(parts)}`;
}

function monthly(parts: Parts, start: string): string | undefined {
  const days = placeWords(parts, start);
  return days === undefined
    ? undefined
    : `${days} of ${parts.has('BYMONTH') ? `every ${monthWords(parts)}` : everyWords(parts, 'month')}`;
}

function yearly(parts: Parts, start: string): string | undefined {
  const month = parts.has('BYMONTH') ? monthWords(parts) : months[Number(start.slice(5, 7)) - 1];
  if (!parts.has('BYMONTH') && (parts.has('BYDAY') || parts.has('BYMONTHDAY'))) return undefined;
  const days = placeWords(parts, start);
  return days === undefined ? undefined : `${days} of ${month}, ${everyWords(parts, 'year')}`;
}

function everyWords(parts: Parts, unit: string): string {
  const interval = Number(parts.get('INTERVAL') ?? '1');
  return interval === 1 ? `every ${unit}` : `every ${interval} ${unit}s`;
}

/** Weekdays without a number before them: "Monday and Friday", "Monday to Friday". */
function dayWords(parts: Parts): string | undefined {
  const codes = (parts.get('BYDAY') ?? '').split(',');
  if (codes.length >= 3 && codes.length < 7 && isRun(codes))
    return `${weekdays[codes[0] ?? '']} to ${weekdays[codes.at(-1) ?? '']}`;
  return listed(codes.map((code) => weekdays[code]));
}

function isRun(codes: readonly string[]): boolean {
  const order = Object.keys(weekdays);
  const first = order.indexOf(codes[0] ?? '');
  return first >= 0 && codes.every((code, index) => order[first + index] === code);
}

/** Days of a month: "on the first Monday", "on the last day", "on day 1 and 15". */
function placeWords(parts: Parts, start: string): string | undefined {
  const byDay = parts.get('BYDAY');
  const byMonthDay = parts.get('BYMONTHDAY');
  if (byDay !== undefined && byMonthDay !== undefined) return undefined;
  if (byDay !== undefined) {
    const places = byDay.split(',').map((code) => {
      const [, ordinal = '', day = ''] = /^([+-]?\d+)([A-Z]{2})$/.exec(code) ?? [];
      const [which, name] = [ordinals[ordinal.replace('+', '')], weekdays[day]];
      return which === undefined || name === undefined ? undefined : `the ${which} ${name}`;
    });
    const words = listed(places);
    return words === undefined ? undefined : `on ${words}`;
  }
  if (byMonthDay === '-1') return 'on the last day';
  const days = byMonthDay?.split(',') ?? [String(Number(start.slice(8, 10)))];
  return days.every((day) => /^\d+$/.test(day)) ? `on day ${listed(days)}` : undefined;
}

function inMonths(parts: Parts): string {
  return parts.has('BYMONTH') ? ` in ${monthWords(parts)}` : '';
}

function monthWords(parts: Parts): string {
  return listed((parts.get('BYMONTH') ?? '').split(',').map((month) => months[Number(month) - 1])) ?? '';
}

function endWords(parts: Parts): string {
  const count = parts.get('COUNT');
  if (count !== undefined) return count === '1' ? ', once' : `, ${count} times`;
  const [, year, month, day] = /^(\d{4})(\d{2})(\d{2})/.exec(parts.get('UNTIL') ?? '') ?? [];
  return year === undefined ? '' : `, until ${year}-${month}-${day}`;
}

function listed(words: readonly (string | undefined)[]): string | undefined {
  const known = words.filter((each) => each !== undefined);
  if (known.length === 0 || known.length < words.length) return undefined;
  return known.length === 1 ? known[0] : `${known.slice(0, -1).join(', ')} and ${known.at(-1)}`;
}

/** The weekday of a date such as 2026-11-27 in the Gregorian calendar, by the method of Sakamoto. */
function weekdayOf(date: string): string {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  const shift = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4][month - 1] ?? 0;
  const y = month < 3 ? year - 1 : year;
  const index = (y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + shift + day) % 7;
  return ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'][index] ?? '';
}
