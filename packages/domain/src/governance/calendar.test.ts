import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Calendar, calendarFault, freeAfter, openingsFrom, spanAfter, spanAt } from './calendar.ts';

const berlin = (start: string, rest: Partial<Calendar> = {}): Calendar => ({
  start,
  zone: 'Europe/Berlin',
  duration: 'PT4H',
  rule: null,
  ...rest,
});
const at = (text: string) => Temporal.Instant.from(text).epochMilliseconds;
const text = (time: number | null | undefined) =>
  time == null ? null : Temporal.Instant.fromEpochMilliseconds(time).toString();

const nightly = berlin('2026-01-05T22:00', { rule: 'FREQ=DAILY' });
const fridays = berlin('2026-01-02T18:00', { rule: 'FREQ=WEEKLY;BYDAY=FR', duration: 'PT6H' });
const gap = berlin('2026-03-01T02:30', { rule: 'FREQ=DAILY', duration: 'PT30M' });
const weekend = berlin('2026-01-03T00:00', { rule: 'FREQ=WEEKLY;BYDAY=SA', duration: 'P2D' });
const newYork: Calendar = { start: '2026-01-01T09:00', zone: 'America/New_York', duration: 'PT1H', rule: 'FREQ=DAILY' };

describe('a calendar', () => {
  it.each<[says: string, Calendar, now: string, from: string | null]>([
    ['once, a millisecond before', berlin('2026-06-01T12:00'), '2026-06-01T09:59:59.999Z', null],
    ['once, at its first moment', berlin('2026-06-01T12:00'), '2026-06-01T10:00:00Z', '2026-06-01T10:00:00Z'],
    [
      'once, a millisecond before its end',
      berlin('2026-06-01T12:00'),
      '2026-06-01T13:59:59.999Z',
      '2026-06-01T10:00:00Z',
    ],
    ['once, at its end, which is no part of it', berlin('2026-06-01T12:00'), '2026-06-01T14:00:00Z', null],
    ['over midnight', nightly, '2026-02-01T00:30:00Z', '2026-01-31T21:00:00Z'],
    ['before its first occurrence', nightly, '2026-01-05T20:59:59Z', null],
    ['at its first occurrence', nightly, '2026-01-05T21:00:00Z', '2026-01-05T21:00:00Z'],
    ['in winter at 22:00 by its clock', nightly, '2026-03-28T21:00:00Z', '2026-03-28T21:00:00Z'],
    ['in summer still at 22:00 by its clock', nightly, '2026-03-29T20:00:00Z', '2026-03-29T20:00:00Z'],
    ['in summer not at what was 22:00 in winter less an hour', nightly, '2026-03-29T19:59:59Z', null],
    [
      'through the night in which the clock is put forward, four hours long',
      berlin('2026-03-28T23:00'),
      '2026-03-29T01:59:59Z',
      '2026-03-28T22:00:00Z',
    ],
    [
      'which lasts four hours and not until the same wall clock',
      berlin('2026-03-28T23:00'),
      '2026-03-29T02:00:00Z',
      null,
    ],
    [
      'through the night in which the clock is put back, four hours long',
      berlin('2026-10-24T23:00'),
      '2026-10-25T00:59:59Z',
      '2026-10-24T21:00:00Z',
    ],
    ['which ends when four hours are over', berlin('2026-10-24T23:00'), '2026-10-25T01:00:00Z', null],
    [
      'at a time that the clock leaves out, an hour later by the new clock',
      gap,
      '2026-03-29T01:30:00Z',
      '2026-03-29T01:30:00Z',
    ],
    ['the day after at its own time again', gap, '2026-03-30T00:30:00Z', '2026-03-30T00:30:00Z'],
    [
      'at a time that comes twice, the first of the two',
      berlin('2026-10-01T02:30', { rule: 'FREQ=DAILY', duration: 'PT30M' }),
      '2026-10-25T00:45:00Z',
      '2026-10-25T00:30:00Z',
    ],
    [
      'and not the second',
      berlin('2026-10-01T02:30', { rule: 'FREQ=DAILY', duration: 'PT30M' }),
      '2026-10-25T01:45:00Z',
      null,
    ],
    ['two days of the calendar with 47 hours', weekend, '2026-03-29T21:59:59Z', '2026-03-27T23:00:00Z'],
    ['which end at midnight by the clock', weekend, '2026-03-29T22:00:00Z', null],
    ['on Fridays', fridays, '2026-07-03T16:00:00Z', '2026-07-03T16:00:00Z'],
    ['and not on Thursdays', fridays, '2026-07-02T16:30:00Z', null],
    [
      'of another zone before its summer time, which begins earlier',
      newYork,
      '2026-03-07T14:00:00Z',
      '2026-03-07T14:00:00Z',
    ],
    ['and after it', newYork, '2026-03-08T13:00:00Z', '2026-03-08T13:00:00Z'],
    [
      'the last Friday of a month',
      berlin('2026-01-30T12:00', { rule: 'FREQ=MONTHLY;BYDAY=-1FR' }),
      '2026-02-27T11:30:00Z',
      '2026-02-27T11:00:00Z',
    ],
    ['counted occurrences', berlin('2026-01-01T12:00', { rule: 'FREQ=DAILY;COUNT=2' }), '2026-01-03T11:30:00Z', null],
    [
      'until a moment, which is one of UTC: the last that begins by then',
      berlin('2026-06-01T12:00', { rule: 'FREQ=DAILY;UNTIL=20260603T100000Z' }),
      '2026-06-03T10:30:00Z',
      '2026-06-03T10:00:00Z',
    ],
    [
      'and none that begins later',
      berlin('2026-06-01T12:00', { rule: 'FREQ=DAILY;UNTIL=20260603T095959Z' }),
      '2026-06-03T10:30:00Z',
      null,
    ],
  ])('holds %s', (_, calendar, now, from) => {
    expect(calendarFault(calendar)).toBeNull();
    expect(text(spanAt(calendar, at(now))?.from)).toBe(from);
  });

  it.each<[says: string, Calendar, now: string, from: string | null]>([
    ['once, later', berlin('2026-06-01T12:00'), '2026-05-01T00:00:00Z', '2026-06-01T10:00:00Z'],
    ['once, and now it holds', berlin('2026-06-01T12:00'), '2026-06-01T10:00:00Z', null],
    ['over the day on which the clock is put forward', nightly, '2026-03-28T21:00:00Z', '2026-03-29T20:00:00Z'],
    ['over the day on which it is put back', nightly, '2026-10-24T20:00:00Z', '2026-10-25T21:00:00Z'],
    ['into the gap', gap, '2026-03-28T02:00:00Z', '2026-03-29T01:30:00Z'],
    ['out of the gap', gap, '2026-03-29T01:30:00Z', '2026-03-30T00:30:00Z'],
    ['when nothing is left', berlin('2026-01-01T12:00', { rule: 'FREQ=DAILY;COUNT=2' }), '2026-01-02T11:00:00Z', null],
  ])('begins next %s', (_, calendar, now, from) => {
    expect(text(spanAfter(calendar, at(now))?.from)).toBe(from);
  });

  it('that follows upon itself ends only where all of them end', () => {
    const monday = berlin('2026-06-01T00:00', { duration: 'P1D' });
    const tuesday = berlin('2026-06-02T00:00', { duration: 'P1D' });

    expect(text(freeAfter([monday, tuesday], at('2026-06-01T10:00:00Z')))).toBe('2026-06-02T22:00:00Z');
    expect(
      freeAfter([berlin('2026-06-01T00:00', { duration: 'P1D', rule: 'FREQ=DAILY' })], at('2026-06-05T00:00:00Z')),
    ).toBeNull();
  });

  it.each<[Partial<Calendar>, RegExp]>([
    [{ start: '2026-13-01T00:00' }, /wall-clock/],
    [{ start: '2026-06-01T00:00Z' }, /wall-clock/],
    [{ zone: 'Mars/Olympus' }, /no time zone/],
    [{ duration: '4 hours' }, /ISO 8601/],
    [{ duration: 'PT0S' }, /longer than nothing/],
    [{ duration: '-PT1H' }, /longer than nothing/],
    [{ duration: 'P400D' }, /366 days/],
    [{ rule: 'FREQ=SECONDLY' }, /begins with FREQ/],
    [{ rule: 'every day' }, /begins with FREQ/],
    [{ rule: 'FREQ=DAILY\nRRULE:FREQ=SECONDLY' }, /begins with FREQ/],
    [{ rule: `FREQ=DAILY;BYHOUR=${'1,'.repeat(200)}1` }, /begins with FREQ/],
    [{ rule: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30' }, /never happens|not understood/],
    [{ rule: 'FREQ=DAILY;COUNT=1000000' }, /not understood/],
  ])('with %j is refused in words, at the field that is wrong', (fault, words) => {
    expect(calendarFault({ ...nightly, ...fault })).toEqual({
      field: Object.keys(fault)[0],
      detail: expect.stringMatching(words),
    });
  });

  it('lists its next occurrences, beginning with the one that holds', () => {
    const from = (calendar: Calendar, now: string, count: number) => {
      const found = openingsFrom(calendar, at(now), count);
      return 'spans' in found ? found.spans.map((each) => text(each.from)) : found.fault;
    };

    expect(from(nightly, '2026-03-27T23:00:00Z', 3)).toEqual([
      '2026-03-27T21:00:00Z',
      '2026-03-28T21:00:00Z',
      '2026-03-29T20:00:00Z',
    ]);
    expect(from(berlin('2026-06-01T12:00'), '2026-05-01T00:00:00Z', 5)).toEqual(['2026-06-01T10:00:00Z']);
    expect(from(berlin('2026-06-01T12:00'), '2026-07-01T00:00:00Z', 5)).toEqual([]);
    expect(from({ ...nightly, zone: 'Mars' }, '2026-07-01T00:00:00Z', 5)).toMatchObject({ field: 'zone' });
    const rare = berlin('2020-02-29T12:00', { rule: 'FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=SA' });
    expect(from(rare, '2026-07-01T00:00:00Z', 5)).toMatchObject({ field: 'rule' });
  });

  it('answers the same from both sides: what begins next holds then, and nothing holds in between', {
    timeout: 30_000,
  }, () => {
    const drawn = fc.record({
      start: fc.date({ min: new Date('2025-01-01'), max: new Date('2027-01-01'), noInvalidDate: true }),
      zone: fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'UTC'),
      duration: fc.constantFrom('PT30M', 'PT4H', 'PT20H', 'P1D', 'P2D'),
      rule: fc.constantFrom(
        null,
        'FREQ=DAILY',
        'FREQ=DAILY;INTERVAL=3',
        'FREQ=WEEKLY;BYDAY=SU,WE',
        'FREQ=MONTHLY;BYMONTHDAY=-1',
      ),
    });
    fc.assert(
      fc.property(
        drawn,
        fc.date({ min: new Date('2025-01-01'), max: new Date('2028-01-01'), noInvalidDate: true }),
        (given, when) => {
          const calendar = { ...given, start: given.start.toISOString().slice(0, 16) };
          const now = when.getTime();
          const current = spanAt(calendar, now);
          const next = spanAfter(calendar, now);

          if (current !== null) {
            expect(current.from).toBeLessThanOrEqual(now);
            expect(current.until).toBeGreaterThan(now);
            expect(spanAt(calendar, current.from)?.from).toBe(current.from);
          }
          if (next !== null) {
            expect(next.from).toBeGreaterThan(now);
            expect(spanAt(calendar, next.from)?.from).toBe(next.from);
            const between = Math.floor((Math.max(now, current?.until ?? now) + next.from) / 2);
            if (between > (current?.until ?? now) && between < next.from) expect(spanAt(calendar, between)).toBeNull();
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
