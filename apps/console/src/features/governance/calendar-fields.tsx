import { Autocomplete, Chip, Select, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { ErrorNote } from '../../ui/page-states.tsx';
import { type CalendarForm, calendarOf, type Repetition, repetitions, weekdays } from './calendar-form.view-model.ts';
import { Openings, useOpenings } from './openings.tsx';

/** So long nothing more is typed before the server is asked. */
const debounceMs = 300;
const zones = Intl.supportedValuesOf('timeZone');

/** When something holds: its begin, how long, how it repeats; below that in words, with its next five openings. */
export function CalendarFields(props: {
  readonly form: CalendarForm;
  readonly onChange: (form: CalendarForm) => void;
}) {
  const { form } = props;
  const change = (next: Partial<CalendarForm>) => props.onChange({ ...form, ...next });
  const [asked] = useDebouncedValue(form, debounceMs);
  const { openings, faults, error } = useOpenings(calendarOf(asked));
  const fault = (field: string) => faults.get(`/${field}`);
  return (
    <div className="stack-small">
      <div className="field-row calendar-row">
        <TextInput
          label="Begins"
          type="datetime-local"
          required
          value={form.start}
          error={fault('start')}
          onChange={(event) => change({ start: event.currentTarget.value })}
        />
        <TextInput
          label="For"
          placeholder="4 h"
          required
          value={form.duration}
          error={fault('duration')}
          onChange={(event) => change({ duration: event.currentTarget.value })}
        />
        <Autocomplete
          label="Time zone"
          required
          data={zones}
          limit={20}
          value={form.zone}
          error={fault('zone')}
          onChange={(zone) => change({ zone })}
        />
        <Select
          label="Repeats"
          data={[...repetitions]}
          value={form.repeats}
          onChange={(repeats) => change({ repeats: repeats as Repetition })}
        />
      </div>
      {form.repeats === 'weekly' ? (
        <Chip.Group multiple value={[...form.days]} onChange={(days) => change({ days })}>
          <fieldset className="row days" aria-label="Days of the week">
            {weekdays.map((each) => (
              <Chip key={each.value} value={each.value} size="xs">
                {each.label}
              </Chip>
            ))}
          </fieldset>
        </Chip.Group>
      ) : null}
      {form.repeats === 'rule' ? (
        <TextInput
          label="Rule"
          placeholder="FREQ=MONTHLY;BYDAY=-1FR"
          required
          value={form.rule}
          error={fault('rule')}
          onChange={(event) => change({ rule: event.currentTarget.value })}
        />
      ) : null}
      {error === null ? null : <ErrorNote error={error} />}
      {openings === undefined ? null : <Openings calendar={calendarOf(asked)} openings={openings} />}
    </div>
  );
}
