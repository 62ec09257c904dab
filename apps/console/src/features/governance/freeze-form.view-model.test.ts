import { expect, it } from 'vitest';
import { calendarForm } from './calendar-form.view-model.ts';
import { type FreezeForm, freezeCommand, freezeRequest } from './freeze-form.view-model.ts';

const form: FreezeForm = {
  name: 'year-end',
  where: 'path:quality',
  reason: 'the books are closed',
  from: '',
  until: '',
  calendar: null,
};

it('a freeze without times begins now and ends when it is lifted', () => {
  expect(freezeRequest(form)).toEqual({
    name: 'year-end',
    scope: { kind: 'path', environment: 'quality' },
    reason: 'the books are closed',
    until: null,
    calendar: null,
  });
  expect(freezeCommand(form)).toBe('almanac freeze add quality --path --name year-end --reason "the books are closed"');
});

it('times go to the server as moments, however the clock of the person stands', () => {
  const request = freezeRequest({ ...form, from: '2026-12-24T12:00', until: '2027-01-04T08:00' });

  expect(request.from).toBe(new Date(2026, 11, 24, 12).toISOString());
  expect(request.until).toBe(new Date(2027, 0, 4, 8).toISOString());
});

it('one that recurs is the same as a command, with its rule in quotes', () => {
  const calendar = calendarForm(
    { start: '2026-12-05T00:00', zone: 'Europe/Berlin', duration: 'P2D', rule: 'FREQ=WEEKLY;BYDAY=SA' },
    'a',
  );

  expect(freezeCommand({ ...form, where: 'estate', name: '', reason: '', calendar })).toBe(
    'almanac freeze add --estate --name <name> --reason <text> --start 2026-12-05T00:00 --zone Europe/Berlin --duration P2D --rule "FREQ=WEEKLY;BYDAY=SA"',
  );
});
