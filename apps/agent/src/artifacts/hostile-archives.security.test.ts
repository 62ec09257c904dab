import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { kindsOfHostileArchives } from './hostile-archives-for-tests.ts';
import { unpackHostileArchives } from './hostile-unpacking-for-tests.ts';
import { unpack } from './unpack.ts';

/** Printed with a failure; ALMANAC_SEED repeats it. */
const seed = Number(process.env['ALMANAC_SEED'] ?? Date.now() % 2 ** 31);
const archives = 20_000;

it(`20,000 archives change nothing outside, keep the limits and leave nothing when they are refused (seed ${seed})`, async () => {
  const sandbox = await realpath(await mkdtemp(join(tmpdir(), 'almanac hostile ')));
  try {
    const { accepted, refused, tried, broken } = await unpackHostileArchives({
      sandbox,
      seed,
      archives,
      unpacker: unpack,
    });

    console.log(`${accepted} archives were unpacked and ${refused} refused`);
    expect([...broken]).toEqual([]);
    expect(accepted + refused).toBe(archives);
    expect(accepted).toBeGreaterThan(500);
    for (const kind of kindsOfHostileArchives) expect(tried[kind]).toBeGreaterThan(500);
  } finally {
    await rm(sandbox, { recursive: true, force: true });
  }
}, 1_800_000);
