import { describe, expect, it } from 'vitest';
import { calendarWords, durationWords, minutesWords } from './calendar-words.ts';

const friday = { start: '2026-11-27T22:00', zone: 'Europe/Berlin', duration: 'PT4H', rule: null };

describe('a calendar in words', () => {
  it('tells one that happens once', () => {
    expect(calendarWords(friday)).toBe('on 2026-11-27 from 22:00 for 4 h (Europe/Berlin)');
  });

  it.each([
    ['FREQ=DAILY', 'every day'],
    ['FREQ=DAILY;INTERVAL=3', 'every 3 days'],
    ['FREQ=DAILY;BYDAY=SA,SU', 'every Saturday and Sunday'],
    ['FREQ=DAILY;BYMONTH=12,1', 'every day in December and January'],
    ['FREQ=WEEKLY', 'every Friday'],
    ['freq=weekly;byday=fr', 'every Friday'],
    ['FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR', 'every Monday to Friday'],
    ['FREQ=WEEKLY;BYDAY=MO,WE,FR', 'every Monday, Wednesday and Friday'],
    ['FREQ=WEEKLY;INTERVAL=2;BYDAY=TU', 'every 2 weeks on Tuesday'],
    ['FREQ=WEEKLY;BYDAY=TU;COUNT=5', 'every Tuesday, 5 times'],
    ['FREQ=WEEKLY;BYDAY=TU;UNTIL=20270104T070000Z', 'every Tuesday, until 2027-01-04'],
    ['FREQ=MONTHLY', 'on day 27 of every month'],
    ['FREQ=MONTHLY;BYMONTHDAY=1,15', 'on day 1 and 15 of every month'],
    ['FREQ=MONTHLY;BYMONTHDAY=-1', 'on the last day of every month'],
    ['FREQ=MONTHLY;BYDAY=1MO', 'on the first Monday of every month'],
    ['FREQ=MONTHLY;BYDAY=-1FR,+2TU', 'on the last Friday and the second Tuesday of every month'],
    ['FREQ=MONTHLY;INTERVAL=3;BYDAY=1MO', 'on the first Monday of every 3 months'],
    ['FREQ=MONTHLY;BYMONTH=3;BYDAY=1MO', 'on the first Monday of every March'],
    ['FREQ=YEARLY', 'on day 27 of November, every year'],
    ['FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24', 'on day 24 of December, every year'],
    ['FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29', 'on day 29 of February, every 4 years'],
  ])('tells %s as %s', (rule, words) => {
    expect(calendarWords({ ...friday, rule })).toBe(`${words} from 22:00 for 4 h (Europe/Berlin), from 2026-11-27 on`);
  });

  it.each([
    'FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1',
    'FREQ=YEARLY;BYWEEKNO=20',
    'FREQ=MONTHLY;BYDAY=MO',
    'FREQ=YEARLY;BYDAY=1MO',
  ])('tells %s as it is written', (rule) => {
    expect(calendarWords({ ...friday, rule })).toContain(`by ${rule} from 22:00`);
  });

  it('knows the weekday of any start, leap years and centuries included', () => {
    const weekday = (start: string) => calendarWords({ ...friday, start, rule: 'FREQ=WEEKLY' }).split(' ')[1];

    for (const [start, expected] of [
      ['2024-02-29T00:00', 'Thursday'],
      ['2000-01-01T00:00', 'Saturday'],
      ['2100-03-01T00:00', 'Monday'],
      ['2026-03-01T00:00', 'Sunday'],
    ] as const)
      expect(weekday(start)).toBe(expected);
  });
});

it.each([
  ['PT4H', '4 h'],
  ['PT1H30M', '1 h 30 min'],
  ['P1D', '1 day'],
  ['P2DT12H', '2 days 12 h'],
  ['P2W', '2 weeks'],
  ['PT90S', 'PT90S'],
])('the duration %s reads %s', (duration, words) => {
  expect(durationWords(duration)).toBe(words);
});

it.each([
  [90, '90 min'],
  [120, '2 h'],
  [1440, '1 day'],
  [4320, '3 days'],
  [0, '0 min'],
])('%d minutes read %s', (minutes, words) => {
  expect(minutesWords(minutes)).toBe(words);
});
