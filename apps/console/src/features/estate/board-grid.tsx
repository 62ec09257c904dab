import type { BoardCell, BoardRow, Environment } from '@almanac/protocol';
import { Link } from '@tanstack/react-router';
import { type KeyboardEvent, useRef } from 'react';
import { EnvironmentTag } from '../../ui/environment-tag.tsx';
import { healthForms } from '../../ui/health.ts';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { VersionChip } from '../../ui/version-chip.tsx';
import { buildNote, cellAt, marksOf, moveFocus } from './board.view-model.ts';

export interface OpenedCell {
  readonly application: string;
  readonly environment: string;
}

/** Applications × environments in path order; arrow keys move, Enter opens. */
export function BoardGrid(props: {
  readonly rows: readonly BoardRow[];
  readonly environments: readonly Environment[];
  /** Whether the rows come by the team that owns them, and each team is named above its own. */
  readonly byTeam: boolean;
  readonly onOpen: (cell: OpenedCell) => void;
}) {
  const table = useRef<HTMLTableElement>(null);
  const move = (event: KeyboardEvent<HTMLTableElement>) => {
    const place =
      event.target instanceof HTMLElement ? event.target.dataset['place']?.split('-').map(Number) : undefined;
    if (place === undefined) return;
    const next = moveFocus({
      row: place[0] ?? 0,
      column: place[1] ?? 0,
      key: event.key,
      rows: props.rows.length,
      columns: props.environments.length,
    });
    if (next === null) return;
    event.preventDefault();
    table.current?.querySelector<HTMLElement>(`[data-place="${next.row}-${next.column}"]`)?.focus();
  };
  const placed = props.rows.map((row, index) => ({ row, index }));
  const groups = props.byTeam ? [...Map.groupBy(placed, ({ row }) => row.team).values()] : [placed];
  return (
    <div className="board-scroll">
      <table className="board" ref={table} onKeyDown={move}>
        <thead>
          <tr>
            <th scope="col">Application</th>
            {props.environments.map((environment) => (
              <th key={environment.id} scope="col" className={`environment-head environment-type-${environment.type}`}>
                <Link to="/environments/$environment" params={{ environment: environment.name }} search={{}}>
                  <EnvironmentTag environment={environment} />
                </Link>
              </th>
            ))}
          </tr>
        </thead>
        {groups.map((group) => (
          <tbody key={group[0]?.row.application.id}>
            {props.byTeam ? (
              <tr className="board-team">
                <th scope="rowgroup" colSpan={props.environments.length + 1}>
                  {group[0]?.row.team ?? 'no team'}
                </th>
              </tr>
            ) : null}
            {group.map(({ row, index }) => (
              <tr key={row.application.id}>
                <th scope="row">
                  <Link to="/applications/$application" params={{ application: row.application.name }} search={{}}>
                    {row.application.displayName}
                  </Link>
                  <BuildNote row={row} />
                </th>
                {props.environments.map((environment, column) => (
                  <td key={environment.id}>
                    <Cell
                      cell={cellAt(row, environment)}
                      label={`${row.application.displayName} in ${environment.displayName}`}
                      place={`${index}-${column}`}
                      onOpen={() => props.onOpen({ application: row.application.name, environment: environment.name })}
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </div>
  );
}

function BuildNote(props: { readonly row: BoardRow }) {
  const note = buildNote(props.row);
  if (note === null) return null;
  return <span className="row-build">{note}</span>;
}

function Cell(props: {
  readonly cell: BoardCell | undefined;
  readonly label: string;
  readonly place: string;
  readonly onOpen: () => void;
}) {
  const { cell } = props;
  if (cell === undefined) {
    return (
      <button
        type="button"
        className="cell"
        data-place={props.place}
        onClick={props.onOpen}
        aria-label={`${props.label}: not here`}
        title="not here"
      >
        <span className="cell-empty" aria-hidden>
          ·
        </span>
      </button>
    );
  }
  const marks = marksOf(cell);
  return (
    <button
      type="button"
      className="cell"
      data-place={props.place}
      onClick={props.onOpen}
      aria-label={`${props.label}: ${cell.build.label}, ${healthForms[cell.health].word}${marks.length === 0 ? '' : `, ${marks.join(', ')}`}`}
      title={cell.message ?? undefined}
    >
      <span className="cell-line">
        <StateMark health={cell.health} />
        <VersionChip label={cell.build.label} />
      </span>
      <span className="cell-under">
        <RelativeTime at={cell.since} />
        {marks.map((mark) => (
          <span key={mark}> · {mark}</span>
        ))}
      </span>
    </button>
  );
}
