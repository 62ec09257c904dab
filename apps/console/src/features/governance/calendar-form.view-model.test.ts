import { describe, expect, it } from 'vitest';
import { calendarForm, calendarOf, newCalendar, openingWords } from './calendar-form.view-model.ts';

const calendar = (rule: string | null) => ({
  start: '2026-11-27T22:00',
  zone: 'Europe/Berlin',
  duration: 'PT4H',
  rule,
});

describe('the form of a calendar', () => {
  it.each([
    [null, 'once'],
    ['FREQ=DAILY', 'daily'],
    ['FREQ=WEEKLY', 'weekly'],
    ['FREQ=WEEKLY;BYDAY=MO,FR', 'weekly'],
    ['FREQ=MONTHLY', 'monthly'],
    ['FREQ=YEARLY', 'yearly'],
    ['FREQ=MONTHLY;BYDAY=-1FR', 'rule'],
    ['FREQ=WEEKLY;INTERVAL=2;BYDAY=MO', 'rule'],
  ])('shows %s as %s, and gives back the same', (rule, repeats) => {
    const form = calendarForm(calendar(rule), 'a');

    expect(form.repeats).toBe(repeats);
    expect(form.duration).toBe('4 h');
    expect(calendarOf(form)).toEqual(calendar(rule));
  });

  it('writes days in the order of the week, in whatever order they were chosen', () => {
    const form = { ...calendarForm(calendar('FREQ=WEEKLY'), 'a'), days: ['SU', 'MO'] };

    expect(calendarOf(form).rule).toBe('FREQ=WEEKLY;BYDAY=MO,SU');
  });

  it('leaves what it does not understand to the server', () => {
    const form = {
      ...calendarForm(calendar(null), 'a'),
      duration: 'long',
      repeats: 'rule' as const,
      rule: ' nonsense ',
    };

    expect(calendarOf(form)).toMatchObject({ duration: 'long', rule: 'nonsense' });
  });

  it('begins with tonight, in the zone of the person', () => {
    const now = Date.parse('2026-11-27T23:30:00Z');

    expect(newCalendar({ key: 'a', zone: 'Asia/Tokyo', now }).start).toBe('2026-11-28T22:00');
    expect(newCalendar({ key: 'a', zone: 'America/New_York', now }).start).toBe('2026-11-27T22:00');
  });
});

it('an opening is told by the clock of its zone', () => {
  const words = (from: string, until: string) => openingWords({ from, until }, 'Europe/Berlin');

  expect(words('2026-11-27T21:00:00Z', '2026-11-28T01:00:00Z')).toBe(
    'Fri, 27 Nov 2026, 22:00 to Sat, 28 Nov 2026, 02:00',
  );
  expect(words('2026-07-01T06:00:00Z', '2026-07-01T10:00:00Z')).toBe('Wed, 1 Jul 2026, 08:00 to 12:00');
});
