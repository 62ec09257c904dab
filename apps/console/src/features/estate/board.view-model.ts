import type { BoardCell, BoardRow, Environment } from '@almanac/protocol';

/** Something a person can do from a cell of the board. */
export interface CellAction {
  readonly kind: 'promote' | 'deploy-latest' | 'roll-back' | 'configure';
  readonly label: string;
  readonly environment: Environment;
  readonly command: string;
}

/** The cell of an application in an environment; undefined where it does not run. */
export function cellAt(row: BoardRow, environment: Environment): BoardCell | undefined {
  return row.cells.find((cell) => cell.environment === environment.id);
}

/** The environments that come right after one on the path. */
export function nextEnvironments(environments: readonly Environment[], from: Environment): readonly Environment[] {
  return environments.filter((each) => each.promotesFrom?.id === from.id);
}

/** What can be done from a cell: promote what runs here, deploy the newest build, go back, apply settings. */
export function actionsAt(input: {
  readonly row: BoardRow;
  readonly environment: Environment;
  readonly environments: readonly Environment[];
}): readonly CellAction[] {
  const { row, environment, environments } = input;
  const name = row.application.name;
  const cell = cellAt(row, environment);
  const latest: CellAction[] =
    row.latestBuild?.state === 'succeeded' && row.latestBuild.id !== cell?.build.id
      ? [
          {
            kind: 'deploy-latest',
            label: `Deploy ${row.latestBuild.label} to ${environment.displayName}`,
            environment,
            command: `almanac deploy ${name} --to ${environment.name}`,
          },
        ]
      : [];
  if (cell === undefined) {
    const before = environments.find((each) => each.id === environment.promotesFrom?.id);
    const source = before === undefined ? undefined : cellAt(row, before);
    if (source === undefined) return latest;
    return [
      {
        kind: 'promote',
        label: `Promote ${source.build.label} to ${environment.displayName}`,
        environment,
        command: `almanac promote ${name} --to ${environment.name}`,
      },
      ...latest,
    ];
  }
  const promotions = nextEnvironments(environments, environment)
    .filter((each) => cellAt(row, each)?.build.id !== cell.build.id)
    .map(
      (each): CellAction => ({
        kind: 'promote',
        label: `Promote ${cell.build.label} to ${each.displayName}`,
        environment: each,
        command: `almanac promote ${name} --to ${each.name}`,
      }),
    );
  const configure: CellAction[] = cell.settingsChanged
    ? [
        {
          kind: 'configure',
          label: `Apply changed settings in ${environment.displayName}`,
          environment,
          command: `almanac configure ${name} --in ${environment.name}`,
        },
      ]
    : [];
  return [
    ...promotions,
    ...configure,
    ...latest,
    {
      kind: 'roll-back',
      label: `Roll back in ${environment.displayName}`,
      environment,
      command: `almanac rollback ${name} --in ${environment.name}`,
    },
  ];
}

/**
 * Which builds one may ask about from a cell, and for which environments: what runs here and not in those that come
 * next; for an empty cell, or one that is behind, what the environment before it runs.
 */
export function questionsAt(input: {
  readonly row: BoardRow;
  readonly environment: Environment;
  readonly environments: readonly Environment[];
}): readonly { readonly build: BoardCell['build']; readonly environment: Environment }[] {
  const { row, environment, environments } = input;
  const cell = cellAt(row, environment);
  const before = environments.find((each) => each.id === environment.promotesFrom?.id);
  const source = before === undefined ? undefined : cellAt(row, before);
  const into = source === undefined || source.build.id === cell?.build.id ? [] : [{ build: source.build, environment }];
  const onward =
    cell === undefined
      ? []
      : nextEnvironments(environments, environment)
          .filter((next) => cellAt(row, next)?.build.id !== cell.build.id)
          .map((next) => ({ build: cell.build, environment: next }));
  return [...into, ...onward];
}

/** What the second line of a cell says beside its age. */
export function marksOf(cell: BoardCell): readonly string[] {
  const marks: string[] = [];
  if (cell.plan !== null) marks.push(`plan ${cell.plan.number}`);
  if (cell.drift !== null) marks.push('drift');
  for (const { number, presence } of cell.hotfixes)
    marks.push(presence === 'contained' ? `hotfix ${number}` : `lacks hotfix ${number}`);
  if (cell.settingsChanged) marks.push('settings changed');
  if (cell.sites.offline > 0) marks.push(`${cell.sites.offline} of ${cell.sites.total} sites offline`);
  return marks;
}

/** The word under an application's name: its newest build while that is not simply done. */
export function buildNote(row: BoardRow): string | null {
  const build = row.latestBuild;
  if (build === null) return 'no build yet';
  if (build.state === 'succeeded') return null;
  return `build ${build.number} ${build.state}`;
}

/** Where the arrow keys lead from a cell; stays at the edges. */
export function moveFocus(input: {
  readonly row: number;
  readonly column: number;
  readonly key: string;
  readonly rows: number;
  readonly columns: number;
}): { readonly row: number; readonly column: number } | null {
  const step = ({ ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] } as const)[
    input.key as 'ArrowUp'
  ];
  if (step === undefined) return null;
  const clamp = (value: number, limit: number) => Math.min(Math.max(value, 0), limit - 1);
  return { row: clamp(input.row + step[0], input.rows), column: clamp(input.column + step[1], input.columns) };
}

/** `1 application`, `3 applications`, or `200+ applications` where there are more than were read. */
export function countInWords(count: number, noun: string, more = false): string {
  return `${count}${more ? '+' : ''} ${noun}${count === 1 && !more ? '' : 's'}`;
}
