import type { ReactNode } from 'react';

/** Rows under headings, which scroll sideways where there is no room for them. */
export function Table(props: {
  readonly headings: readonly string[];
  /** Whether a last column says what can be done with a row. */
  readonly actions?: boolean;
  readonly className?: string;
  readonly children: ReactNode;
}) {
  return (
    <div className="table-scroll">
      <table className={props.className === undefined ? 'table' : `table ${props.className}`}>
        <thead>
          <tr>
            {props.headings.map((each) => (
              <th key={each} scope="col">
                {each}
              </th>
            ))}
            {props.actions === true ? <th scope="col" aria-label="What you can do" /> : null}
          </tr>
        </thead>
        <tbody>{props.children}</tbody>
      </table>
    </div>
  );
}
