import type { Calendar } from '@almanac/domain';
import { durationWords } from '@almanac/domain';
import { durationOf } from '../../ui/spans.ts';

export const weekdays = [
  { value: 'MO', label: 'Mon' },
  { value: 'TU', label: 'Tue' },
  { value: 'WE', label: 'Wed' },
  { value: 'TH', label: 'Thu' },
  { value: 'FR', label: 'Fri' },
  { value: 'SA', label: 'Sat' },
  { value: 'SU', label: 'Sun' },
] as const;

export const repetitions = [
  { value: 'once', label: 'once' },
  { value: 'daily', label: 'every day' },
  { value: 'weekly', label: 'every week' },
  { value: 'monthly', label: 'every month, on that day' },
  { value: 'yearly', label: 'every year, on that day' },
  { value: 'rule', label: 'by a rule (RFC 5545)' },
] as const;
export type Repetition = (typeof repetitions)[number]['value'];

/** A calendar as a person fills it in. */
export interface CalendarForm {
  /** Tells it from its neighbours while they are moved and removed. */
  readonly key: string;
  readonly start: string;
  readonly zone: string;
  /** As in "4 h". */
  readonly duration: string;
  readonly repeats: Repetition;
  /** Of one that repeats every week. */
  readonly days: readonly string[];
  /** Of one that repeats by a rule. */
  readonly rule: string;
}

const plainRules: Readonly<Record<string, Repetition>> = {
  'FREQ=DAILY': 'daily',
  'FREQ=WEEKLY': 'weekly',
  'FREQ=MONTHLY': 'monthly',
  'FREQ=YEARLY': 'yearly',
};

/** What a person fills in for a calendar that is there already. */
export function calendarForm(calendar: Calendar, key: string): CalendarForm {
  const rule = calendar.rule?.toUpperCase() ?? null;
  const onDays = /^FREQ=WEEKLY;BYDAY=((?:MO|TU|WE|TH|FR|SA|SU)(?:,(?:MO|TU|WE|TH|FR|SA|SU))*)$/.exec(rule ?? '');
  const repeats = rule === null ? 'once' : onDays === null ? (plainRules[rule] ?? 'rule') : 'weekly';
  return {
    key,
    start: calendar.start,
    zone: calendar.zone,
    duration: durationWords(calendar.duration),
    repeats,
    days: onDays?.[1]?.split(',') ?? [],
    rule: repeats === 'rule' ? (calendar.rule ?? '') : '',
  };
}

/** The calendar that was filled in; whether it can be used is for the server to say. */
export function calendarOf(form: CalendarForm): Calendar {
  return { start: form.start, zone: form.zone, duration: durationOf(form.duration), rule: ruleOf(form) };
}

function ruleOf(form: CalendarForm): string | null {
  switch (form.repeats) {
    case 'once':
      return null;
    case 'weekly': {
      const days = weekdays.map((each) => each.value).filter((each) => form.days.includes(each));
      return days.length === 0 ? 'FREQ=WEEKLY' : `FREQ=WEEKLY;BYDAY=${days.join(',')}`;
    }
    case 'rule':
      return form.rule.trim();
    default:
      return `FREQ=${form.repeats.toUpperCase()}`;
  }
}

/** A new one: tonight at ten, for four hours, every week. `now` in milliseconds since the epoch. */
export function newCalendar(input: {
  readonly key: string;
  readonly zone: string;
  readonly now: number;
}): CalendarForm {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone: input.zone, dateStyle: 'short' }).format(input.now);
  return {
    key: input.key,
    start: `${parts}T22:00`,
    zone: input.zone,
    duration: '4 h',
    repeats: 'weekly',
    days: [],
    rule: '',
  };
}

/** An occurrence for people, in the zone of its calendar: "Fri 27 Nov 2026, 22:00 to Sat 28 Nov 2026, 02:00". */
export function openingWords(opening: { readonly from: string; readonly until: string }, zone: string): string {
  const day = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
  });
  const time = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' });
  const [from, until] = [new Date(opening.from), new Date(opening.until)];
  const same = day.format(from) === day.format(until);
  return `${day.format(from)}, ${time.format(from)} to ${same ? '' : `${day.format(until)}, `}${time.format(until)}`;
}
