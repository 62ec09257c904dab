import { type Calendar, type Policy, policyWords } from '@almanac/domain';
import { ErrorNote } from '../../ui/page-states.tsx';
import { Openings, useOpenings } from './openings.tsx';

/** What a policy asks for, to be read: a line each, and the next times at which its windows are open. */
export function PolicyInWords(props: { readonly policy: Policy }) {
  const { policy } = props;
  return (
    <section className="stack-small" aria-label="Policy">
      <h2>What it asks for</h2>
      <ul className="policy-words">
        {policyWords(policy).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      {policy.windows.map((each) => (
        <Window key={JSON.stringify(each)} calendar={each} />
      ))}
    </section>
  );
}

function Window(props: { readonly calendar: Calendar }) {
  const { openings, error } = useOpenings(props.calendar);
  if (error !== null) return <ErrorNote error={error} />;
  return openings === undefined ? null : <Openings calendar={props.calendar} openings={openings} />;
}
