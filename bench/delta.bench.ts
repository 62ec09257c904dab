import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { applyDelta, type CutFile, chooseTransfer, createChunker, needsPacked, writeDelta } from '@almanac/delta';
import type { Benchmark, Figure } from './benchmark.ts';
import { competitors } from './delta/competitors.ts';
import { packRelease, type ReleasePair, releasePairs } from './delta/pairs.ts';

const most = 1.1;

export const benchmark: Benchmark = {
  name: 'delta',
  about: `bytes to a site that has the release before, of ${releasePairs.length} applications from npm with their dependencies, beside the best of ${competitors.map((each) => each.name).join(', ')} where installed; what comes is applied and verified`,
  needs: () => [
    ...(process.env['ALMANAC_BENCH_NPM'] === undefined ? ['a registry (ALMANAC_BENCH_NPM=1 allows it)'] : []),
    ...(competitors.some((each) => each.isInstalled())
      ? []
      : [`one of ${competitors.map((each) => each.name).join(', ')} (apt-get install zstd rsync casync)`]),
  ],
  run: async () => {
    const figures: Figure[] = [];
    for (const pair of releasePairs) figures.push(...(await measure(pair)));
    return figures;
  },
};

async function measure(pair: ReleasePair): Promise<readonly Figure[]> {
  const directory = await mkdtemp(join(tmpdir(), 'almanac delta bench '));
  try {
    const [from, to] = await Promise.all(pair.releases.map((release) => packRelease(directory, pair.package, release)));
    if (from === undefined || to === undefined) throw new Error(`${pair.package} was not packed`);
    const before = process.cpuUsage();
    const own = await ownBytes({ from, to, scratch: directory });
    const spent = process.cpuUsage(before);
    const others = [];
    for (const each of competitors.filter((other) => other.isInstalled()))
      others.push({ name: each.name, bytes: await each.bytesMoved({ from, to, scratch: directory }) });
    const best = others.toSorted((one, other) => one.bytes - other.bytes)[0];
    if (best === undefined) throw new Error('nothing to compare with is installed');
    const whole = (await stat(to)).size;
    const name = `${pair.package} ${pair.releases.join(' to ')}`;
    return [
      {
        figure: `${name}: bytes beside ${best.name}`,
        unit: '×',
        values: [own.bytes / best.bytes],
        bar: { words: `at most ${most}`, holds: (ratio) => ratio <= most },
      },
      {
        figure: `${name}: ${own.kind} of ${Math.round(whole / 1e6)} MB`,
        unit: 'kB',
        values: [own.bytes / 1000],
        bar: { words: 'never more than the whole', holds: (kilobytes) => kilobytes * 1000 <= whole },
      },
      { figure: `${name}: processor time, made and applied`, unit: 's', values: [(spent.user + spent.system) / 1e6] },
    ];
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** What the server would offer, taken, put together and verified. */
async function ownBytes(input: { readonly from: string; readonly to: string; readonly scratch: string }) {
  const { signal } = new AbortController();
  const [base, target] = await Promise.all([cut(input.from), cut(input.to)]);
  const [delta, packed, made] = ['delta', 'packed', 'made'].map((name) => join(input.scratch, name)) as [
    string,
    string,
    string,
  ];
  const sizes = {
    whole: target.size,
    delta: await writeDelta({ target, base, into: delta, signal }),
    packed: undefined as number | undefined,
  };
  if (needsPacked(sizes)) sizes.packed = await writeDelta({ target, base: undefined, into: packed, signal });
  const kind = chooseTransfer(sizes);
  if (kind !== 'whole') {
    const way = kind === 'delta' ? { delta, base: base.file } : { delta: packed, base: undefined };
    await applyDelta({ ...way, into: made, targetSize: target.size, signal });
    if ((await digestOf(made)) !== (await digestOf(target.file))) throw new Error('what came is not what was sent');
  }
  return { kind, bytes: sizes[kind] ?? target.size };
}

async function cut(file: string): Promise<CutFile> {
  const chunker = createChunker();
  for await (const piece of createReadStream(file)) chunker.push(piece as Buffer);
  return { file, size: (await stat(file)).size, chunks: chunker.end() };
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
