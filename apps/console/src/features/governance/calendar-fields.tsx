import { ProblemError } from '@almanac/client';
import { calendarWords } from '@almanac/domain';
import { Autocomplete, Chip, Select, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { api } from '../../api.ts';
import { ErrorNote } from '../../ui/page-states.tsx';
import {
  type CalendarForm,
  calendarOf,
  openingWords,
  type Repetition,
  repetitions,
  weekdays,
} from './calendar-form.view-model.ts';
import { type Faults, faultsOf } from './policy-form.view-model.ts';

/** So long nothing more is typed before the server is asked. */
const debounceMs = 300;
const zones = Intl.supportedValuesOf('timeZone');

/** When something holds: its begin, how long, how it repeats; below that in words, with its next five openings. */
export function CalendarFields(props: {
  readonly form: CalendarForm;
  readonly onChange: (form: CalendarForm) => void;
  readonly disabled?: boolean;
}) {
  const { form, disabled = false } = props;
  const change = (next: Partial<CalendarForm>) => props.onChange({ ...form, ...next });
  const [asked] = useDebouncedValue(form, debounceMs);
  const openings = useOpenings(asked);
  const fault = (field: string) => openings.faults.get(`/${field}`);
  return (
    <div className="stack-small">
      <div className="field-row">
        <TextInput
          label="Begins"
          type="datetime-local"
          required
          disabled={disabled}
          value={form.start}
          error={fault('start')}
          onChange={(event) => change({ start: event.currentTarget.value })}
        />
        <TextInput
          label="For"
          placeholder="4 h"
          required
          disabled={disabled}
          value={form.duration}
          error={fault('duration')}
          onChange={(event) => change({ duration: event.currentTarget.value })}
        />
        <Autocomplete
          label="Time zone"
          required
          disabled={disabled}
          data={zones}
          limit={20}
          value={form.zone}
          error={fault('zone')}
          onChange={(zone) => change({ zone })}
        />
        <Select
          label="Repeats"
          allowDeselect={false}
          disabled={disabled}
          data={[...repetitions]}
          value={form.repeats}
          onChange={(repeats) => change({ repeats: repeats as Repetition })}
        />
      </div>
      {form.repeats === 'weekly' ? (
        <Chip.Group multiple value={[...form.days]} onChange={(days) => change({ days })}>
          <fieldset className="row days" aria-label="Days of the week">
            {weekdays.map((each) => (
              <Chip key={each.value} value={each.value} size="xs" disabled={disabled}>
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
          disabled={disabled}
          value={form.rule}
          error={fault('rule')}
          onChange={(event) => change({ rule: event.currentTarget.value })}
        />
      ) : null}
      {openings.error === null ? null : <ErrorNote error={openings.error} />}
      {openings.spans === undefined ? null : <Openings form={asked} spans={openings.spans} />}
    </div>
  );
}

function Openings(props: {
  readonly form: CalendarForm;
  readonly spans: readonly { readonly from: string; readonly until: string }[];
}) {
  const { form, spans } = props;
  return (
    <div className="openings">
      <div>{calendarWords(calendarOf(form))}</div>
      {spans.length === 0 ? (
        <div className="soft">It does not come again.</div>
      ) : (
        <ol aria-label="Next times">
          {spans.map((each) => (
            <li key={each.from}>
              <time dateTime={each.from}>{openingWords(each, form.zone)}</time>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

const noFaults: Faults = new Map();

/** When a calendar holds next, or what is wrong with it. */
function useOpenings(form: CalendarForm) {
  const { rule, ...rest } = calendarOf(form);
  const openings = useQuery({
    queryKey: ['openings', rest, rule],
    queryFn: () => api.listOpenings({ query: { ...rest, ...(rule === null ? {} : { rule }), count: 5 } }),
    placeholderData: (old) => old,
  });
  const problem = openings.error instanceof ProblemError ? openings.error.problem : undefined;
  const faults = problem?.errors === undefined ? noFaults : faultsOf(problem.errors);
  return {
    spans: openings.isError ? undefined : openings.data?.openings,
    faults,
    error: openings.isError && faults.size === 0 ? openings.error : null,
  };
}
