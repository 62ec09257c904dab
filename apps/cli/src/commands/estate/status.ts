import type { BoardCell, BoardRow, Environment } from '@almanac/protocol';
import type { CommandDefinition } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { tableLines } from '../../output/table.ts';
import type { Terminal } from '../../output/terminal.ts';
import { healthMark } from '../../output/words.ts';

export const status: CommandDefinition = {
  usage: 'status',
  summary: 'Show what runs where, and how it is',
  examples: ['almanac status', 'almanac status --by-team', 'almanac status --json'],
  options: [['--by-team', 'applications by the team that owns them']],
  run: async (session, input) => {
    const byTeam = input.options['byTeam'] === true;
    const query = { limit: 200, order: byTeam ? 'team' : 'name' } as const;
    const rows: BoardRow[] = [];
    let board = await session.client.getBoard({ query });
    rows.push(...board.rows);
    while (board.next !== null) {
      board = await session.client.getBoard({ query: { ...query, cursor: board.next } });
      rows.push(...board.rows);
    }
    session.show({ environments: board.environments, rows }, () =>
      rows.length === 0
        ? [
            'Nothing here yet. Load the sample estate: almanac sample load, or add an application: almanac app add <repository>',
          ]
        : [
            ...tableLines(boardTable({ terminal: session.terminal, environments: board.environments, rows, byTeam })),
            ...notes(rows, board.environments),
          ],
    );
    return exitCodes.ok;
  },
};

function boardTable(input: {
  readonly terminal: Terminal;
  readonly environments: readonly Environment[];
  readonly rows: readonly BoardRow[];
  readonly byTeam: boolean;
}) {
  const { terminal, environments, byTeam } = input;
  return {
    head: [...(byTeam ? ['team'] : []), 'application', ...environments.map((each) => each.displayName)],
    rows: input.rows.map((row) => [
      ...(byTeam ? [row.team ?? terminal.paint('gray', 'no team')] : []),
      row.application.name,
      ...environments.map((each) => cellText(terminal, cellOf(row, each))),
    ]),
  };
}

function cellOf(row: BoardRow, environment: Environment): BoardCell | undefined {
  return row.cells.find((cell) => cell.environment === environment.id);
}

function cellText(terminal: Terminal, cell: BoardCell | undefined): string {
  if (cell === undefined) return terminal.paint('gray', '·');
  const marks = [
    cell.drift === null ? '' : 'drift',
    cell.settingsChanged ? 'settings changed' : '',
    ...cell.hotfixes.map((each) =>
      each.presence === 'contained' ? `hotfix ${each.number}` : `lacks hotfix ${each.number}`,
    ),
    cell.plan === null ? '' : `plan ${cell.plan.number}`,
  ].filter((mark) => mark !== '');
  return `${healthMark(terminal, cell.health)} ${cell.build.label}${marks.length === 0 ? '' : ` (${marks.join(', ')})`}`;
}

/** What is not well, in words, below the table. */
function notes(rows: readonly BoardRow[], environments: readonly Environment[]): readonly string[] {
  const lines = rows.flatMap((row) =>
    row.cells.flatMap((cell) => {
      const place = `${row.application.name} in ${environments.find((each) => each.id === cell.environment)?.name ?? ''}`;
      return [...(cell.health === 'healthy' ? [] : [cell.message]), cell.drift].flatMap((words) =>
        words === null ? [] : [`${place}: ${words}`],
      );
    }),
  );
  return lines.length === 0 ? [] : ['', ...lines];
}
