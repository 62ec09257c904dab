import type { EnvironmentStateView, StateFact } from '@almanac/protocol';
import { Empty } from '../../ui/page-states.tsx';

/** Everything that an environment was at a moment, application by application. */
export function StateTable(props: { readonly state: EnvironmentStateView }) {
  const { state } = props;
  if (state.applications.length === 0) return <Empty title="Nothing ran here then" />;
  return (
    <div className="table-scroll">
      <table className="table diff">
        <thead>
          <tr>
            <th>What</th>
            <th>Then</th>
          </tr>
        </thead>
        {state.applications.map((each) => (
          <tbody key={each.application.id}>
            <tr className="diff-head">
              <th colSpan={2} scope="rowgroup">
                {each.application.name}
              </th>
            </tr>
            <tr>
              <td>version</td>
              <td className="mono">{each.build?.label ?? 'a build that is gone'}</td>
            </tr>
            {each.facts.map((fact) => (
              <tr key={`${fact.aspect} ${fact.key} ${fact.site}`}>
                <td>
                  <span className="mono">{fact.key}</span>
                  <div className="soft">{fact.site === null ? fact.aspect : `${fact.aspect}, on ${fact.site}`}</div>
                </td>
                <td className="mono">{words(fact.fact)}</td>
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </div>
  );
}

function words(fact: StateFact): string {
  return fact.secret ? `secret ${fact.text}` : fact.text;
}
