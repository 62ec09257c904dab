import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createMask, Secret } from '@almanac/host';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { moduleLogFile, readModuleLog } from './module-log.ts';

const secret = 'sk-live-of-the-shop';
const mask = createMask([new Secret(secret)]);
let directory: string;
let file: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'almanac log '));
  file = moduleLogFile({ directory, application: 'shop', module: 'web' });
  mkdirSync(dirname(file), { recursive: true });
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const read = (after: number, maxBytes = 1000) =>
  readModuleLog({
    directory,
    request: { application: 'shop', module: 'web', after, maxBytes },
    instances: [],
    mask,
  });

it('a log is read without secrets, however small the parts in which it is read', async () => {
  const text = `one ${secret} two ${encodeURIComponent(`${secret}/`)} three ä\n`;
  appendFileSync(file, text);
  const expected = mask.whole(Buffer.from(text)).toString('utf8');

  for (const size of [3, 5, 7, 64]) {
    let at = 0;
    const parts: Buffer[] = [];
    while (at < Buffer.byteLength(text)) {
      const chunk = await read(at, size);
      expect(chunk.next).toBeGreaterThan(at);
      expect(chunk.text).not.toMatch(/live|shop/);
      parts.push(Buffer.from(chunk.text));
      at = chunk.next;
    }
    // A character that is cut by a border is told as a replacement, as before.
    if (size === 64) expect(Buffer.concat(parts).toString('utf8')).toBe(expected);
  }
});

it('what may be the beginning of a secret at the end is read once it is known what it is', async () => {
  appendFileSync(file, 'key: sk-live');
  const first = await read(0);
  expect(first.text).toBe('key: ');

  appendFileSync(file, '-of-the-shop\n');
  expect((await read(first.next)).text).toBe(`${'*'.repeat(secret.length)}\n`);
});
