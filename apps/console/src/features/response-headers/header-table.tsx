import type { EffectiveHeader } from '@almanac/domain';
import type { ResponseHeaders } from '@almanac/protocol';
import { headerName, sourceWords } from './header-form.view-model.ts';

type Header = EffectiveHeader | ResponseHeaders['headers'][number];

/** Headers as they are sent, part by part, with who said each of them. */
export function HeaderTable(props: {
  readonly headers: readonly Header[];
  readonly level: { readonly environment: string; readonly application: string | null };
}) {
  const { headers, level } = props;
  return (
    <div className="table-scroll">
      <table className="table header-table">
        <thead>
          <tr>
            <th>Header</th>
            <th>Value</th>
            <th className="header-source">Said by</th>
          </tr>
        </thead>
        {headers.map(({ name, parts, whenSent, overTlsOnly }) => (
          <tbody key={name}>
            {parts.map((part, index) => (
              <tr key={part.value}>
                {index === 0 ? (
                  <th scope="rowgroup" rowSpan={parts.length}>
                    {headerName(name)}
                    <div className="soft">
                      {whenSent.value === 'keep' ? 'the application’s own is kept' : 'replaces the application’s own'}
                      {overTlsOnly ? ', over TLS only' : ''}
                    </div>
                  </th>
                ) : null}
                <td className="mono header-value">
                  {part.value}
                  <div className="soft header-source-below">{sourceWords(part.source, level)}</div>
                </td>
                <td className="soft header-source">{sourceWords(part.source, level)}</td>
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </div>
  );
}

/** What somebody should know of it; nothing where there is nothing. */
export function Warnings(props: { readonly warnings: readonly string[] }) {
  if (props.warnings.length === 0) return null;
  return (
    <ul className="note warning header-warnings">
      {props.warnings.map((each) => (
        <li key={each}>{each}</li>
      ))}
    </ul>
  );
}
