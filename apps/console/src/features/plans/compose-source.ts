import type { BoardCell, BoardRow, Environment, Release } from '@almanac/protocol';

/** What the target is compared with, and where builds come from. */
export type ComposeSource =
  | { readonly kind: 'environment'; readonly environment: Environment }
  | { readonly kind: 'release'; readonly release: Release };

/** What the source has of an application. */
export interface There {
  readonly build: BoardCell['build']['id'] | null;
  readonly label: string;
  /** Null where it does not run: in a release. */
  readonly health: BoardCell['health'] | null;
}

const releasePrefix = 'release:';

/** How a source stands in an address; no environment has a colon in its name. */
export function sourceKey(source: ComposeSource): string {
  return source.kind === 'release' ? `${releasePrefix}${source.release.name}` : source.environment.name;
}

/** The release that an address names as the source; undefined where it names something else. */
export function releaseOfKey(key: string | undefined): string | undefined {
  return key?.startsWith(releasePrefix) === true ? key.slice(releasePrefix.length) : undefined;
}

/** A source in a sentence: "Quality", "release spring". */
export function sourceWords(source: ComposeSource): string {
  return source.kind === 'release' ? `release ${source.release.name}` : source.environment.displayName;
}

export function cellIn(row: BoardRow, environment: Environment | undefined): BoardCell | undefined {
  return environment === undefined ? undefined : row.cells.find((cell) => cell.environment === environment.id);
}

/** What a source has of the application of a row. */
export function thereIn(row: BoardRow, source: ComposeSource | undefined): There | undefined {
  if (source === undefined) return undefined;
  if (source.kind === 'release') {
    const version = source.release.versions.find((each) => each.application.id === row.application.id);
    return version === undefined
      ? undefined
      : { build: version.build?.id ?? null, label: version.number, health: null };
  }
  const cell = cellIn(row, source.environment);
  return cell === undefined ? undefined : { build: cell.build.id, label: cell.build.label, health: cell.health };
}
