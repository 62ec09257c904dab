import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readReach } from '@almanac/host';
import { hostileWords } from '@almanac/testkit';
import fc from 'fast-check';
import { JobFault } from '../jobs/job-fault.ts';
import { createGit } from './git.ts';
import { makeBranch } from './make-branch.ts';
import { createMirrors } from './mirror.ts';
import { createOpenRemote } from './remote.ts';
import { hashAt, readText } from './tree.ts';

const piece = fc.oneof(fc.constantFrom(...hostileWords), fc.string({ maxLength: 8 }));
const text = fc.array(piece, { minLength: 1, maxLength: 3 }).map((each) => each.join(''));
const branch = fc.oneof(
  { weight: 2, arbitrary: text },
  fc.constantFrom('main', 'feature/a-b', 'a$(id)', 'a;id', "a'b", '@'),
);
const repository = fc.oneof(
  { weight: 3, arbitrary: text.map((each) => ({ kind: 'folder' as const, text: each })) },
  { weight: 1, arbitrary: text.map((each) => ({ kind: 'url' as const, text: `https://203.0.113.1/${each}` })) },
  { weight: 1, arbitrary: text.map((each) => ({ kind: 'url' as const, text: each })) },
);

/** The commit that git finds, whatever it is asked for. */
const found = 'a'.repeat(40);

/**
 * Something that only notes its arguments in the place of git; the end of each call is marked by an argument that none can have.
 * Every file is there, and no branch is yet.
 */
async function openRecorder() {
  const root = await mkdtemp(join(tmpdir(), 'almanac-arguments-'));
  const record = join(root, 'record');
  const programs = join(root, 'programs');
  await mkdir(programs);
  await writeFile(
    join(programs, 'git'),
    `#!/bin/sh
printf '%s\\0' "$@" >> '${record}'
printf '\\001\\0' >> '${record}'
case "$1 $3 $4 $5" in
  version*) echo 'git version 2.47.0' ;;
  *' rev-parse --verify --quiet') exit 1 ;;
  *' ls-tree '*) printf '100644 blob ${found}\\tx\\0' ;;
  *' cat-file -s '*) echo 4 ;;
  *) echo ${found} ;;
esac
`,
    { mode: 0o755 },
  );
  const path = process.env['PATH'];
  process.env['PATH'] = programs;
  const git = createGit(join(root, 'home'));
  process.env['PATH'] = path;
  const openRemote = createOpenRemote({ git, reach: readReach({}, 'ALMANAC_OUTBOUND_INTERNAL') });
  const limits = { seconds: 20, bytes: 1_000_000 };
  return {
    root,
    git,
    openRemote,
    mirrors: createMirrors({ git, openRemote, root: join(root, 'mirrors'), limits }),
    /** What git was told by what is done; undefined where it was refused. */
    record: async (work: () => Promise<unknown>) => {
      await writeFile(record, '');
      const isDone = await work().then(
        () => true,
        (error: unknown) => {
          if (error instanceof JobFault) return false;
          // No program can be told a zero byte.
          if (error instanceof TypeError && 'code' in error && error.code === 'ERR_INVALID_ARG_VALUE') return false;
          throw error;
        },
      );
      return { isDone, calls: callsIn(await readFile(record, 'utf8')) };
    },
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

/**
 * Lets a builder fetch branches of repositories with drawn names while git is replaced by a recorder. Each name arrives as the
 * one operand that it is, after `--`, or git never hears of it.
 */
export async function recordDrawnFetches(options: { readonly numRuns: number; readonly seed?: number }) {
  const { root, mirrors, record, remove } = await openRecorder();
  const counts = { fetched: 0, refused: 0 };
  try {
    await fc.assert(
      fc.asyncProperty(repository, branch, async (drawn, name) => {
        const place = drawn.kind === 'url' ? drawn.text : join(root, 'repositories', encodeSlashes(drawn.text));
        if (drawn.kind === 'folder') await mkdir(place, { recursive: true }).catch(() => undefined);
        const { isDone, calls } = await record(() =>
          mirrors.fetchBranch({ repository: place, branch: name }, AbortSignal.timeout(20_000)),
        );
        counts[isDone ? 'fetched' : 'refused'] += 1;
        const [fetch] = calls.filter((each) => each[2] === 'fetch');
        if (isDone !== (fetch !== undefined))
          throw new Error(`it was refused, and git heard of it: ${JSON.stringify(calls)}`);
        if (fetch === undefined) return;
        const [directory = ''] = fetch.slice(1, 2);
        const address = drawn.kind === 'url' ? new URL(place).href : place;
        const head = `refs/heads/${name}`;
        same(fetch, [
          ...['--git-dir', directory, 'fetch', '--quiet', '--force', '--no-tags', '--prune', '--no-write-fetch-head'],
          ...['--', address, `+${head}:${head}`],
        ]);
        const [parsed = []] = calls.filter((each) => each[2] === 'rev-parse');
        same(parsed, ['--git-dir', directory, 'rev-parse', '--verify', '--end-of-options', `${head}^{commit}`]);
      }),
      options,
    );
  } finally {
    await remove();
  }
  return counts;
}

/** Lets a builder read files of drawn names, and what modules name, out of a commit. */
export async function recordDrawnReads(options: { readonly numRuns: number; readonly seed?: number }) {
  const { root, git, record, remove } = await openRecorder();
  const counts = { read: 0, refused: 0 };
  const tree = { git, directory: join(root, 'mirror'), commit: found, signal: AbortSignal.timeout(600_000) };
  const told = ['--git-dir', tree.directory, 'ls-tree', '-z', '--end-of-options', found, '--'];
  try {
    await fc.assert(
      fc.asyncProperty(text, async (path) => {
        const asFile = await record(() => readText(tree, { path, kind: 'file', maxBytes: 100 }));
        counts[asFile.isDone ? 'read' : 'refused'] += 1;
        if (asFile.isDone !== !path.includes('\0'))
          throw new Error(`${JSON.stringify(path)} was taken for another one`);
        if (asFile.isDone) same(asFile.calls[0] ?? [], [...told, `:(literal)${path}`]);
        const ofModule = await record(() => hashAt(tree, { path, module: 'web' }));
        for (const call of ofModule.calls.filter((each) => each[2] === 'ls-tree')) {
          const [asked = ''] = call.slice(-1);
          same(call, [...told, asked]);
          if (!asked.startsWith(':(literal)') || /^:\(literal\)(\.\.)?\//.test(asked))
            throw new Error(`git was asked for ${asked}`);
        }
      }),
      options,
    );
  } finally {
    await remove();
  }
  return counts;
}

/** Lets a builder make branches of drawn names in repositories of drawn names. */
export async function recordDrawnBranches(options: { readonly numRuns: number; readonly seed?: number }) {
  const { root, git, mirrors, openRemote, record, remove } = await openRecorder();
  const counts = { made: 0, refused: 0 };
  const signal = AbortSignal.timeout(600_000);
  try {
    await fc.assert(
      fc.asyncProperty(text, branch, async (folder, name) => {
        const place = join(root, 'repositories', encodeSlashes(folder));
        await mkdir(place, { recursive: true });
        const source = { repository: place, branch: name };
        const { isDone, calls } = await record(() =>
          makeBranch({ git, mirrors, openRemote, source, commit: found, signal }),
        );
        counts[isDone ? 'made' : 'refused'] += 1;
        const [made] = calls.filter((each) => each.includes('update-ref'));
        if (isDone !== (made !== undefined))
          throw new Error(`it was refused, and git heard of it: ${JSON.stringify(calls)}`);
        if (made === undefined) return;
        const head = `refs/heads/${name}`;
        same(made, ['-C', place, 'update-ref', '-m', 'a hotfix begins', head, found, '0'.repeat(40)]);
      }),
      options,
    );
  } finally {
    await remove();
  }
  return counts;
}

/** One folder, whatever its name. */
function encodeSlashes(text: string): string {
  const name = text.replaceAll('/', '_').replaceAll('\u0000', '_');
  return name === '' || name === '.' || name === '..' ? '_' : name;
}

function callsIn(record: string): readonly (readonly string[])[] {
  return record
    .split('\u0001\u0000')
    .map((call) => call.split('\u0000').slice(0, -1))
    .filter((call) => call.length > 0);
}

function same(told: readonly string[], wanted: readonly string[]): void {
  if (JSON.stringify(told) !== JSON.stringify(wanted))
    throw new Error(`git was called with ${JSON.stringify(told)}, not with ${JSON.stringify(wanted)}`);
}
