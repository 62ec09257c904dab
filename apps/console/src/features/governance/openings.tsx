import { ProblemError } from '@almanac/client';
import { type Calendar, calendarWords } from '@almanac/domain';
import { useQuery } from '@tanstack/react-query';
import { api } from '../../api.ts';
import { openingWords } from './calendar-form.view-model.ts';
import { type Faults, faultsOf } from './policy-form.view-model.ts';

interface Opening {
  readonly from: string;
  readonly until: string;
}

/** A calendar in words, with the next times at which it holds. */
export function Openings(props: { readonly calendar: Calendar; readonly openings: readonly Opening[] }) {
  const { calendar, openings } = props;
  return (
    <div className="openings">
      <div>{calendarWords(calendar)}</div>
      {openings.length === 0 ? (
        <div className="soft">It does not come again.</div>
      ) : (
        <ol aria-label="Next times">
          {openings.map((each) => (
            <li key={each.from}>
              <time dateTime={each.from}>{openingWords(each, calendar.zone)}</time>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

const noFaults: Faults = new Map();

/** The next five times at which a calendar holds, or what is wrong with it, by its fields. */
export function useOpenings(calendar: Calendar) {
  const { rule, ...rest } = calendar;
  const openings = useQuery({
    queryKey: ['openings', rest, rule],
    queryFn: () => api.listOpenings({ query: { ...rest, ...(rule === null ? {} : { rule }), count: 5 } }),
    placeholderData: (old) => old,
  });
  const problem = openings.error instanceof ProblemError ? openings.error.problem : undefined;
  const faults = problem?.errors === undefined ? noFaults : faultsOf(problem.errors);
  return {
    openings: openings.isError ? undefined : openings.data?.openings,
    faults,
    error: openings.isError && faults.size === 0 ? openings.error : null,
  };
}
