import { glob, lstat, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Evidence } from '@almanac/protocol';
import { XMLParser } from 'fast-xml-parser';

const largestReport = 16 * 1024 * 1024;
const mostReports = 200;

type Counted = Pick<Evidence, 'passed' | 'failed' | 'skipped' | 'durationMs' | 'failures'>;
type Element = Readonly<Record<string, unknown>>;

/** Reads the JUnit XML files that match `patterns` in a folder; undefined when there is none. */
export async function readTestReports(input: {
  readonly folder: string;
  readonly patterns: readonly string[];
  readonly module: string;
  /** Told of every file that is no report after all. */
  readonly onUnreadable: (name: string, reason: string) => void;
}): Promise<Evidence | undefined> {
  const names = new Set<string>();
  for (const pattern of input.patterns) {
    for await (const name of glob(pattern, { cwd: input.folder })) {
      names.add(name);
      if (names.size >= mostReports) break;
    }
  }
  const counted: Counted[] = [];
  for (const name of [...names].sort()) {
    const path = join(input.folder, name);
    const info = await lstat(path);
    if (!info.isFile()) input.onUnreadable(name, 'it is not a file');
    else if (info.size > largestReport) input.onUnreadable(name, `it is larger than ${largestReport} bytes`);
    else {
      try {
        counted.push(countTests(await readFile(path, 'utf8')));
      } catch (error) {
        input.onUnreadable(name, error instanceof Error ? error.message : String(error));
      }
    }
  }
  if (counted.length === 0) return undefined;
  return {
    module: input.module,
    kind: 'tests',
    passed: sum(counted, (each) => each.passed),
    failed: sum(counted, (each) => each.failed),
    skipped: sum(counted, (each) => each.skipped),
    durationMs: sum(counted, (each) => each.durationMs),
    failures: counted.flatMap((each) => each.failures).slice(0, 100),
  };
}

/** Removes the report files of a folder. */
export async function removeTestReports(input: {
  readonly folder: string;
  readonly patterns: readonly string[];
}): Promise<void> {
  for (const pattern of input.patterns) {
    for await (const name of glob(pattern, { cwd: input.folder })) await rm(join(input.folder, name), { force: true });
  }
}

/**
 * Counts the test cases of one JUnit XML document by their own elements, whatever the totals in it claim. Throws when
 * it cannot be parsed.
 */
export function countTests(xml: string): Counted {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    processEntities: { enabled: true, maxTotalExpansions: 100_000 },
    isArray: (name) => name === 'testcase' || name === 'testsuite',
  });
  const cases: { readonly suite: string; readonly element: Element }[] = [];
  collect({ element: parser.parse(xml) as Element, suite: '', into: cases, depth: 0 });
  const failures = cases.filter(({ element }) => 'failure' in element || 'error' in element);
  const skipped = cases.filter(
    ({ element }) => 'skipped' in element && !('failure' in element) && !('error' in element),
  );
  return {
    passed: cases.length - failures.length - skipped.length,
    failed: failures.length,
    skipped: skipped.length,
    durationMs: Math.round(1000 * sum(cases, ({ element }) => Number(element['@time'] ?? 0) || 0)),
    failures: failures.slice(0, 100).map(({ suite, element }) => ({
      suite: String(element['@classname'] ?? suite).slice(0, 400),
      test: String(element['@name'] ?? 'unnamed').slice(0, 400),
      message: messageOf(element['failure'] ?? element['error']).slice(0, 4000),
    })),
  };
}

function collect(input: {
  readonly element: Element;
  readonly suite: string;
  readonly into: { suite: string; element: Element }[];
  readonly depth: number;
}): void {
  if (input.depth > 30) return;
  for (const [key, value] of Object.entries(input.element)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      // An element without attributes and content is read as an empty text.
      const element = typeof each === 'object' && each !== null ? (each as Element) : {};
      if (key === 'testcase') input.into.push({ suite: input.suite, element });
      else
        collect({ element, suite: String(element['@name'] ?? input.suite), into: input.into, depth: input.depth + 1 });
    }
  }
}

function messageOf(failure: unknown): string {
  const first: unknown = Array.isArray(failure) ? failure[0] : failure;
  if (typeof first === 'string') return first;
  if (typeof first !== 'object' || first === null) return '';
  const element = first as Element;
  return String(element['@message'] ?? element['#text'] ?? '');
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
