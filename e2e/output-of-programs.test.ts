import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** Colours in both ways of writing them, a window's title, a line of its own, and text that runs backwards. */
const hostile = 'x\u009b31m\u001b[31m\u001b]0;y\u0007\u0085\u2028\u202e\rz';

const root = join(import.meta.dirname, '..');

describe('what others wrote stands in the output of', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'almanac output '));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it.each<readonly [string, readonly string[], Readonly<Record<string, string>>]>([
    ['apps/gateway/src/main.ts', [`--${hostile}`], {}],
    ['apps/agent/src/main.ts', ['run', `--${hostile}`], {}],
    ['apps/builder/src/main.ts', [], { ALMANAC_SERVER: 'http://127.0.0.1:1', ALMANAC_BUILDER_TOKEN_FILE: hostile }],
    ['apps/server/src/main.ts', [], { ALMANAC_PORT: hostile }],
    ['apps/server/src/backup/main.ts', [hostile], {}],
    ['apps/launcher/src/main.ts', [], { ALMANAC_PORT: hostile }],
    ['apps/cli/src/main.ts', [hostile], {}],
    ['apps/cli/src/main.ts', ['app', 'list', '--server', `http://${hostile}`], {}],
  ])(
    '%s %j as text',
    (script, args, environment) => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, script), ...args], {
        encoding: 'utf8',
        timeout: 20_000,
        env: { PATH: process.env['PATH'], ALMANAC_DATA: directory, ...environment },
      });
      const output = stdout + stderr;

      expect(status).not.toBe(0);
      expect(output).not.toMatch(/[^\P{Cc}\t\n]|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u);
      expect(output).toMatch(/x.*z/s);
    },
    60_000,
  );
});
