import type { PolicyScope } from '@almanac/domain';
import { type CalendarForm, calendarOf } from './calendar-form.view-model.ts';
import { scopeOfKey, scopeOptions } from './scope.view-model.ts';

/** A freeze as a person fills it in; times by the clock of the person, empty where they are left open. */
export interface FreezeForm {
  readonly name: string;
  /** Key of the scope. */
  readonly where: string;
  readonly reason: string;
  readonly from: string;
  readonly until: string;
  readonly calendar: CalendarForm | null;
}

/** What the server is asked for. */
export function freezeRequest(form: FreezeForm) {
  return {
    name: form.name.trim(),
    scope: scopeOfKey(form.where) satisfies PolicyScope,
    reason: form.reason.trim(),
    ...(form.from === '' ? {} : { from: new Date(form.from).toISOString() }),
    until: form.until === '' ? null : new Date(form.until).toISOString(),
    calendar: form.calendar === null ? null : calendarOf(form.calendar),
  };
}

/** The command that does the same. */
export function freezeCommand(form: FreezeForm): string {
  const { name, reason, scope, until, calendar, ...rest } = freezeRequest(form);
  return [
    `almanac freeze add ${scopeOptions(scope)}`,
    `--name ${name === '' ? '<name>' : quoted(name)}`,
    `--reason ${reason === '' ? '<text>' : quoted(reason)}`,
    ...(rest.from === undefined ? [] : [`--from ${rest.from}`]),
    ...(until === null ? [] : [`--until ${until}`]),
    ...(calendar === null ? [] : [`--start ${calendar.start} --zone ${calendar.zone} --duration ${calendar.duration}`]),
    ...(calendar === null || calendar.rule === null ? [] : [`--rule ${quoted(calendar.rule)}`]),
  ].join(' ');
}

function quoted(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : JSON.stringify(text);
}
