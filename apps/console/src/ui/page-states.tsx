import { ConnectionError, ProblemError } from '@almanac/client';
import { Button } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useLiveStatus } from '../live.ts';

/** Rows in the true shape of what is being read. */
export function SkeletonRows(props: { readonly rows: number; readonly columns: number }) {
  return (
    <div className="table-scroll" role="status" aria-busy aria-label="Reading…">
      <table className="table">
        <tbody>
          {Array.from({ length: props.rows }, (_, row) => (
            // Skeleton rows have no identity but their place.
            // biome-ignore lint/suspicious/noArrayIndexKey: see above
            <tr key={row}>
              {Array.from({ length: props.columns }, (_, column) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: see above
                <td key={column}>
                  <div className="skeleton" style={{ width: `${40 + ((row * 7 + column * 13) % 45)}%` }} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What went wrong, why, and the next step. */
export function ErrorNote(props: { readonly error: unknown; readonly retry?: () => void }) {
  const { error } = props;
  const title =
    error instanceof ProblemError
      ? error.problem.title
      : error instanceof ConnectionError
        ? 'The server does not answer'
        : 'This page has a defect';
  const forbidden = error instanceof ProblemError && error.problem.category === 'forbidden';
  return (
    <div className="note failed stack-small" role="alert">
      <strong>{title}</strong>
      <span>{error instanceof Error ? error.message : String(error)}</span>
      {forbidden ? <span>An administrator can give you this right.</span> : null}
      {error instanceof ProblemError
        ? (error.problem.errors ?? []).map((each) => (
            <span key={each.pointer + each.detail} className="mono">{`${each.pointer} ${each.detail}`}</span>
          ))
        : null}
      {error instanceof ProblemError && error.problem.status >= 500 ? (
        <span className="soft">Under {error.problem.instance} the server's log says more.</span>
      ) : null}
      {props.retry === undefined ? null : (
        <div>
          <Button variant="default" onClick={props.retry}>
            Try again
          </Button>
        </div>
      )}
    </div>
  );
}

/** Nothing is here yet: what this would be, and the one next step. */
export function Empty(props: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className="empty">
      <h2>{props.title}</h2>
      {props.children}
    </div>
  );
}

/** Says from when the shown data is, while the server cannot be heard. */
export function OfflineNote() {
  const { lostAt } = useLiveStatus();
  if (lostAt === null) return null;
  return (
    <div className="note warning" role="status" style={{ marginBottom: 16 }}>
      The server cannot be heard. What is shown is from{' '}
      {new Date(lostAt).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })}; it is read again as soon as the
      server answers.
    </div>
  );
}

/** Shows a read in whichever state it is: reading, failed, or here. */
export function Read<Data>(props: {
  readonly query: UseQueryResult<Data>;
  readonly skeleton: ReactNode;
  readonly children: (data: Data) => ReactNode;
}) {
  const { query } = props;
  if (query.data !== undefined) return <>{props.children(query.data)}</>;
  if (query.isError) return <ErrorNote error={query.error} retry={() => void query.refetch()} />;
  return <>{props.skeleton}</>;
}
