import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readReach } from '@almanac/host';
import fc from 'fast-check';
import { JobFault } from '../jobs/job-fault.ts';
import { createGit } from './git.ts';
import { createMirrors } from './mirror.ts';
import { createOpenRemote } from './remote.ts';

/** What programs have taken for options, commands, other transports, or the end of something. */
const hostile = [
  '--upload-pack=touch /tmp/owned',
  '-c',
  '-',
  '--',
  '--exec=id',
  '-oProxyCommand=id',
  'ext::sh -c id',
  '$(id)',
  '`id`',
  ';id',
  '|id',
  '&& id',
  'a b',
  "a'b",
  'a"b',
  'a\\b',
  'a\nb',
  'a\rb',
  '*',
  '%s%n',
  '@{upstream}',
  'a:b',
  '../..',
  '~',
  'ä\u202e',
] as const;

const piece = fc.oneof(fc.constantFrom(...hostile), fc.string({ maxLength: 8 }));
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

/**
 * Lets a builder fetch branches of repositories with drawn names while something that only notes its arguments stands in the
 * place of git. Each name arrives as the one operand that it is, after `--`, or git never hears of it.
 */
export async function recordDrawnFetches(options: { readonly numRuns: number; readonly seed?: number }) {
  const root = await mkdtemp(join(tmpdir(), 'almanac-arguments-'));
  const record = join(root, 'record');
  const programs = join(root, 'programs');
  await mkdir(programs);
  // The end of each call is marked by an argument that none can have.
  await writeFile(
    join(programs, 'git'),
    `#!/bin/sh\nprintf '%s\\0' "$@" >> '${record}'\nprintf '\\001\\0' >> '${record}'\nif [ "$1" = version ]; then echo 'git version 2.47.0'; else echo ${'a'.repeat(40)}; fi\n`,
  );
  await chmod(join(programs, 'git'), 0o755);
  const path = process.env['PATH'];
  process.env['PATH'] = programs;
  const git = createGit(join(root, 'home'));
  process.env['PATH'] = path;
  const openRemote = createOpenRemote({ git, reach: readReach({}, 'ALMANAC_OUTBOUND_INTERNAL') });
  const limits = { seconds: 20, bytes: 1_000_000 };
  const mirrors = createMirrors({ git, openRemote, root: join(root, 'mirrors'), limits });
  const counts = { fetched: 0, refused: 0 };
  try {
    await fc.assert(
      fc.asyncProperty(repository, branch, async (drawn, name) => {
        const place = drawn.kind === 'url' ? drawn.text : join(root, 'repositories', encodeSlashes(drawn.text));
        if (drawn.kind === 'folder') await mkdir(place, { recursive: true }).catch(() => undefined);
        await writeFile(record, '');
        const isFetched = await mirrors
          .fetchBranch({ repository: place, branch: name }, AbortSignal.timeout(20_000))
          .then(() => true)
          .catch((error: unknown) => {
            if (error instanceof JobFault) return false;
            throw error;
          });
        const calls = callsIn(await readFile(record, 'utf8'));
        counts[isFetched ? 'fetched' : 'refused'] += 1;
        const [fetch] = calls.filter((each) => each[2] === 'fetch');
        if (isFetched !== (fetch !== undefined))
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
    await rm(root, { recursive: true, force: true });
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

function same(found: readonly string[], wanted: readonly string[]): void {
  if (JSON.stringify(found) !== JSON.stringify(wanted))
    throw new Error(`git was called with ${JSON.stringify(found)}, not with ${JSON.stringify(wanted)}`);
}
