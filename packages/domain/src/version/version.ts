import { compare, inc, valid } from 'semver';
import { type CommitGraph, distanceToMark } from '../source/commit-graph.ts';

/** Orders version numbers: negative when `a` is lower. */
export function compareVersions(a: string, b: string): number {
  return compare(a, b);
}

/** The three numbers of a version. */
export function versionParts(number: string): {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
} {
  const [major = 0, minor = 0, patch = 0] = number.split('.').map(Number);
  return { major, minor, patch };
}

/**
 * What people call a build: its version; the nearest version on its first-parent line and the number of commits past
 * it; or the first eight digits of its commit.
 */
export function labelOf(input: {
  readonly commit: string;
  readonly version: string | null;
  readonly versionOfCommit: ReadonlyMap<string, string>;
  readonly graph: CommitGraph;
}): string {
  if (input.version !== null) return input.version;
  const nearest = distanceToMark({
    graph: input.graph,
    from: input.commit,
    isMark: (hash) => input.versionOfCommit.has(hash),
  });
  const number = nearest === undefined ? undefined : input.versionOfCommit.get(nearest.mark);
  if (nearest === undefined || number === undefined) return input.commit.slice(0, 8);
  return nearest.distance === 0 ? number : `${number}+${nearest.distance}`;
}

export interface Suggestion {
  readonly number: string;
  readonly because: string;
}

type Level = 'major' | 'minor' | 'patch';

/**
 * The number for what `subjects` (of the commits since the version before) describe, always above the highest
 * number anywhere. Subjects are read as Conventional Commits (1.0.0): a breaking change raises the first number,
 * only fixes the third, everything else the second. Before 1.0.0 a breaking change raises the second.
 */
export function suggestVersion(input: {
  readonly highest: string | null;
  readonly subjects: readonly string[];
}): Suggestion {
  const { highest, subjects } = input;
  if (highest === null || valid(highest) === null) return { number: '0.1.0', because: 'it is the first version' };
  const { level, because } = levelOf(subjects);
  const early = highest.startsWith('0.') && level === 'major';
  const number = inc(highest, early ? 'minor' : level) ?? highest;
  return { number, because };
}

/**
 * The number for a hotfix of `base`: the third number is raised, and the whole is above the highest number anywhere, as
 * every suggestion is.
 */
export function suggestHotfix(input: { readonly highest: string | null; readonly base: string }): Suggestion {
  const { highest, base } = input;
  if (highest === null || valid(highest) === null) return suggestVersion({ highest: null, subjects: [] });
  return { number: inc(highest, 'patch') ?? highest, because: `it is a hotfix of ${base}` };
}

const breaking = /^\w+(\([^)]*\))?!:|BREAKING[ -]CHANGE/;
const fix = /^(fix|perf|docs|chore|test|ci|build|style|refactor)(\([^)]*\))?:/;

function levelOf(subjects: readonly string[]): { readonly level: Level; readonly because: string } {
  const broken = subjects.find((subject) => breaking.test(subject));
  if (broken !== undefined) return { level: 'major', because: `“${broken}” is a breaking change` };
  if (subjects.length > 0 && subjects.every((subject) => fix.test(subject)))
    return { level: 'patch', because: 'every change since is a repair' };
  return { level: 'minor', because: 'something was added since' };
}
