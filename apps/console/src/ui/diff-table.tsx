import type { FactDifferenceView, StateDifferenceView, StateFact } from '@almanac/protocol';

/** What differs between two states, application by application; a secret shows only that it is another one. */
export function DiffTable(props: { readonly difference: StateDifferenceView }) {
  const { difference } = props;
  if (difference.applications.length === 0 && difference.policy.length === 0)
    return <p className="soft">Nothing differs.</p>;
  return (
    <div className="table-scroll">
      <table className="table diff">
        <thead>
          <tr>
            <th>What</th>
            <th>{sideWords(difference.before)}</th>
            <th>{sideWords(difference.after)}</th>
          </tr>
        </thead>
        {difference.applications.map((each) => (
          <tbody key={each.application.id}>
            <tr className="diff-head">
              <th colSpan={3} scope="rowgroup">
                {each.application.name}
                {each.change === 'changed' ? null : (
                  <span className="soft"> {each.change === 'added' ? 'came' : 'was taken out'}</span>
                )}
              </th>
            </tr>
            {(each.change === 'changed' ? each.facts : each.facts.filter((fact) => fact.aspect === 'version')).map(
              (fact) => (
                <Row key={`${fact.aspect} ${fact.key} ${fact.site}`} fact={fact} />
              ),
            )}
          </tbody>
        ))}
        {difference.policy.length === 0 ? null : (
          <tbody>
            <tr className="diff-head">
              <th colSpan={3} scope="rowgroup">
                The environment itself
              </th>
            </tr>
            {difference.policy.map((fact) => (
              <Row key={fact.key} fact={fact} />
            ))}
          </tbody>
        )}
      </table>
    </div>
  );
}

function Row(props: { readonly fact: FactDifferenceView }) {
  const { fact } = props;
  return (
    <tr>
      <td>
        {fact.aspect === 'version' ? (
          'version'
        ) : (
          <>
            <span className="mono">{fact.key}</span>
            <div className="soft">{fact.site === null ? fact.aspect : `${fact.aspect}, on ${fact.site}`}</div>
          </>
        )}
      </td>
      <td>
        <Value fact={fact.before} />
      </td>
      <td>
        <Value fact={fact.after} />
      </td>
    </tr>
  );
}

function Value(props: { readonly fact: StateFact | null }) {
  if (props.fact === null) return <span className="soft">–</span>;
  return <span className="mono">{props.fact.secret ? `secret ${props.fact.text}` : props.fact.text}</span>;
}

function sideWords(side: StateDifferenceView['before']): string {
  return side.now ? `${side.environment.name} now` : `${side.environment.name}, ${new Date(side.at).toLocaleString()}`;
}
