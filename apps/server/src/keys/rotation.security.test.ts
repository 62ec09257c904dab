import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openKeyringForTests } from './keyring-for-tests.ts';

const program = fileURLToPath(new URL('./main.ts', import.meta.url));
/** Printed with a failure; ALMANAC_SEED repeats it. */
const seed = Number(process.env['ALMANAC_SEED'] ?? Date.now() % 1_000_000);
const kills = 100;

describe(`a rotation of the master key that is killed (seed ${seed})`, () => {
  let directory: string;
  let keyring: Awaited<ReturnType<typeof openKeyringForTests>>;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'almanac rotation '));
    keyring = await openKeyringForTests(directory, 500);
  });
  afterAll(async () => {
    await keyring?.close();
    await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  });

  /** Runs the command of an operator, to its end or to the moment in which it is killed; gives what ended it. */
  const rotate = (failpoint?: string, killAfterMs?: number): Promise<number | NodeJS.Signals> =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [program, 'rotate', '--data', directory], {
        env: {
          PATH: process.env['PATH'] ?? '',
          ...(failpoint === undefined ? {} : { ALMANAC_FAILPOINT: failpoint }),
        },
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        clearTimeout(timer);
        resolve(signal ?? code ?? -1);
      });
    });

  it(`${kills} times goes on where it was, and every secret can be read after each`, async () => {
    const points = fc.sample(
      fc.oneof(
        fc
          .record({ side: fc.constantFrom('before', 'after'), step: fc.integer({ min: 1, max: 12 }) })
          .map(({ side, step }) => ({ failpoint: `rotation-${side}-step:kill:${step}`, afterMs: undefined })),
        fc.integer({ min: 200, max: 1500 }).map((afterMs) => ({ failpoint: undefined, afterMs })),
      ),
      { seed, numRuns: kills },
    );
    const first = await readFile(keyring.keyFile, 'utf8');
    let killed = 0;
    for (const [at, { failpoint, afterMs }] of points.entries()) {
      if ((await rotate(failpoint, afterMs)) === 'SIGKILL') killed += 1;
      expect(await keyring.unreadable(), `after kill ${at}: ${failpoint ?? afterMs}`).toEqual([]);
      await keyring.keep(`secret ${at}`);
    }

    expect(await rotate()).toBe(0);

    expect(await keyring.unreadable()).toEqual([]);
    expect(await readFile(keyring.keyFile, 'utf8')).not.toBe(first);
    expect(await keyring.db.selectFrom('masterKeys').select('state').execute()).toEqual([{ state: 'current' }]);
    // A kill that came too late for its run proves nothing.
    expect(killed).toBeGreaterThan(kills / 2);
  });
});
