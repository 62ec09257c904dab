import type { Finding } from '@almanac/protocol';

/** What the analysis of a plan found, errors first, each with the step that would mend it. */
export function Findings(props: { readonly findings: readonly Finding[] }) {
  if (props.findings.length === 0) return <p className="soft">Nothing was found that speaks against it.</p>;
  const sorted = props.findings.toSorted((a, b) => a.severity.localeCompare(b.severity));
  return (
    <div className="stack-small">
      {sorted.map((each) => (
        <div
          key={each.code + each.application + each.detail}
          className={`note ${each.severity === 'error' ? 'failed' : 'warning'}`}
        >
          <strong>{each.application}</strong> {each.detail}
          {each.fix === null ? null : <div className="soft">{each.fix}</div>}
        </div>
      ))}
    </div>
  );
}
