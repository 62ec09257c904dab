import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DesiredApplication } from '@almanac/protocol';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { volumesOverQuota } from './volume-quotas.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'almanac quotas '));
  await mkdir(join(directory, 'application-1', 'volumes', 'web', 'data'), { recursive: true });
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const withVolume = (size: string | undefined) =>
  [
    {
      application: { id: 'application-1', name: 'notes' },
      modules: [{ name: 'web', volumes: { data: { path: 'data', shared: false, size } } }],
    },
  ] as unknown as readonly DesiredApplication[];
const over = (size: string | undefined) =>
  volumesOverQuota(withVolume(size), (application) => join(directory, application));

it('a volume that holds more than it may is told, with how much', async () => {
  await writeFile(join(directory, 'application-1', 'volumes', 'web', 'data', 'big'), Buffer.alloc(3 * 1024 * 1024, 1));

  expect(await over('2Mi')).toEqual(['The volume data of notes.web holds 4 MiB; 2 MiB are allowed.']);
  expect(await over('8Mi')).toEqual([]);
  expect(await over(undefined)).toEqual([]);
});

it('a volume that was never made holds nothing', async () => {
  await rm(join(directory, 'application-1'), { recursive: true });

  expect(await over('1Ki')).toEqual([]);
});
