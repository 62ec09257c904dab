import { compareVersions } from '@almanac/domain';
import type { Environment, EnvironmentStateView, Release, ReleaseDetail } from '@almanac/protocol';

/** How what an environment runs of an application stands to the version that a release names. */
export type Presence = 'here' | 'older' | 'newer' | 'other' | 'absent';

export interface ReleaseCell {
  readonly environment: Environment['id'];
  readonly presence: Presence;
  /** What runs there; null where nothing does. */
  readonly label: string | null;
}

export interface ReleaseRow {
  readonly application: string;
  readonly number: string;
  /** Whether it cannot be deployed any more. */
  readonly gone: boolean;
  readonly cells: readonly ReleaseCell[];
}

export interface ReleaseColumn {
  readonly environment: Environment;
  readonly running: number;
  readonly total: number;
}

/** Applications of a release down, environments across: what runs where, beside what the release names. */
export function releaseRows(release: ReleaseDetail, environments: readonly Environment[]): readonly ReleaseRow[] {
  const cells = new Map(release.cells.map((each) => [`${each.application} ${each.environment}`, each.build]));
  return release.versions.map(({ application, number, build }) => ({
    application: application.name,
    number,
    gone: build === null,
    cells: environments.map(({ id }) => {
      const there = cells.get(`${application.id} ${id}`);
      return { environment: id, label: there?.label ?? null, presence: presenceOf({ number, build, there }) };
    }),
  }));
}

type Build = ReleaseDetail['cells'][number]['build'];

function presenceOf(input: {
  readonly number: string;
  readonly build: Build | null;
  readonly there: Build | undefined;
}): Presence {
  const { number, build, there } = input;
  if (there === undefined) return 'absent';
  if (there.id === build?.id) return 'here';
  // Commits past a version have no place among the numbers.
  if (there.version === null) return 'other';
  const order = compareVersions(there.version, number);
  return order < 0 ? 'older' : order > 0 ? 'newer' : 'other';
}

/** How much of a release each environment runs. */
export function releaseColumns(
  release: Pick<Release, 'versions' | 'environments'>,
  environments: readonly Environment[],
): readonly ReleaseColumn[] {
  return environments.map((environment) => ({
    environment,
    running: release.environments.find((each) => each.environment.id === environment.id)?.running ?? 0,
    total: release.versions.length,
  }));
}

export const presenceHealth = {
  here: 'healthy',
  older: 'waiting',
  newer: 'warning',
  other: 'unknown',
  absent: 'offline',
} as const satisfies Record<Presence, string>;

/** What stands in a cell: what runs there, and how that stands to the release. */
export function presenceWords(cell: Pick<ReleaseCell, 'presence' | 'label'>): string {
  if (cell.presence === 'here') return 'here';
  if (cell.presence === 'absent') return 'not here';
  return `${cell.label ?? ''}${cell.presence === 'other' ? ', another build' : `, ${cell.presence}`}`;
}

export interface NamedVersion {
  readonly application: string;
  readonly number: string;
}

/** With one version more; a release has at most one of each application. */
export function withVersion(chosen: readonly NamedVersion[], version: NamedVersion): readonly NamedVersion[] {
  return [...chosen.filter((each) => each.application !== version.application), version].toSorted((a, b) =>
    a.application.localeCompare(b.application),
  );
}

/** The command that makes the same release. */
export function createCommand(input: {
  readonly name: string;
  readonly content: { readonly from: string } | { readonly versions: readonly NamedVersion[] };
}): string {
  const { content } = input;
  const what =
    'from' in content
      ? `--from ${content.from || '<environment>'}`
      : content.versions.map((each) => `${each.application}@${each.number}`).join(' ') || '<application>@<version>…';
  return `almanac release create ${input.name || '<name>'} ${what}`;
}

/** What a release of an environment would name, and what has no name under which it could be released. */
export function releaseOf(state: Pick<EnvironmentStateView, 'applications'>): {
  readonly versions: readonly NamedVersion[];
  readonly nameless: readonly { readonly application: string; readonly label: string }[];
} {
  const running = state.applications.map((each) => ({ application: each.application.name, build: each.build }));
  return {
    versions: running.flatMap(({ application, build }) =>
      build?.version == null ? [] : [{ application, number: build.version }],
    ),
    nameless: running.flatMap(({ application, build }) =>
      build?.version == null ? [{ application, label: build?.label ?? 'a build that is gone' }] : [],
    ),
  };
}
