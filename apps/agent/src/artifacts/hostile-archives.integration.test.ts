import { createReadStream, linkSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve, sep } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { kindsOfHostileArchives } from './hostile-archives-for-tests.ts';
import { type Unpacker, unpackHostileArchives } from './hostile-unpacking-for-tests.ts';
import { unpack } from './unpack.ts';

/** Printed with a failure; ALMANAC_SEED repeats it. */
const seed = Number(process.env['ALMANAC_SEED'] ?? 20_261_130);

describe(`archives that nobody should unpack as they are (seed ${seed}; 20,000 of them: hostile-archives.security)`, () => {
  let sandbox: string;

  beforeEach(async () => {
    sandbox = await realpath(await mkdtemp(join(tmpdir(), 'almanac hostile ')));
  });
  afterEach(async () => {
    await rm(sandbox, { recursive: true, force: true });
  });

  it('change nothing outside, keep the limits and leave nothing when they are refused', async () => {
    const { accepted, refused, tried, broken } = await unpackHostileArchives({
      sandbox,
      seed,
      archives: 400,
      unpacker: unpack,
    });

    expect([...broken]).toEqual([]);
    expect(accepted + refused).toBe(400);
    expect(accepted).toBeGreaterThan(20);
    expect(refused).toBeGreaterThan(200);
    expect(Object.keys(tried).toSorted()).toEqual(kindsOfHostileArchives.toSorted());
  }, 120_000);

  it('break each rule when they are unpacked as they say', async () => {
    const { broken } = await unpackHostileArchives({
      sandbox,
      seed,
      archives: 100,
      unpacker: unpackAsItSays(sandbox),
      suitable: ({ garbled }) => !garbled,
    });

    expect([...broken.keys()].toSorted()).toEqual([
      'a file has another name elsewhere',
      'a link leads out',
      'it holds more than allowed',
      'something changed outside',
      'something is left of what was refused',
    ]);
    expect(broken.get('something changed outside')?.length).toBeGreaterThan(10);
  }, 120_000);
});

/** An unpacker that believes what it reads, and stays within the sandbox for our sake alone. */
function unpackAsItSays(sandbox: string): Unpacker {
  return async ({ file, into }) => {
    const tar = extract();
    const reading = pipeline(createReadStream(file), tar);
    reading.catch(() => undefined);
    mkdirSync(into, { recursive: true });
    for await (const entry of tar) {
      const { name, type, linkname } = entry.header;
      // The content of a folder never ends.
      const content = type === 'directory' ? Buffer.alloc(0) : await buffer(entry);
      const path = resolve(into, name);
      if (!name.includes('\0') && isIn(sandbox, path)) {
        mkdirSync(dirname(path), { recursive: true });
        if (isIn(sandbox, realpathSync(dirname(path))))
          put({ path, type, content, target: linkname ?? '', other: resolve(into, linkname ?? '') });
      }
      entry.resume();
    }
    await reading;
  };
}

function put(input: {
  readonly path: string;
  readonly type: string | null | undefined;
  readonly content: Buffer;
  readonly target: string;
  readonly other: string;
}): void {
  const { path, type, content, target, other } = input;
  if (type === 'directory') mkdirSync(path, { recursive: true });
  else if (type === 'symlink') symlinkSync(target, path);
  else if (type === 'link') linkSync(other, path);
  else writeFileSync(path, content);
}

function isIn(sandbox: string, path: string): boolean {
  return path.startsWith(sandbox + sep);
}
