import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findChromium } from './find-chromium.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'almanac-chromium-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function plant(name: string, mode: number): string {
  const path = join(folder, name);
  writeFileSync(path, '');
  chmodSync(path, mode);
  return path;
}

test('prefers the browser that ALMANAC_CHROMIUM names', () => {
  const named = plant('my-browser', 0o755);
  plant('chromium', 0o755);

  expect(findChromium({ ALMANAC_CHROMIUM: named, PATH: folder })).toBe(named);
});

test('finds none when ALMANAC_CHROMIUM names nothing that runs, rather than another browser', () => {
  plant('chromium', 0o755);

  expect(findChromium({ ALMANAC_CHROMIUM: join(folder, 'gone'), PATH: folder })).toBeUndefined();
});

test('takes the first of the usual names on the path that can be run', () => {
  plant('chromium', 0o644);
  const second = plant('google-chrome', 0o755);

  expect(findChromium({ PATH: folder })).toBe(second);
});
