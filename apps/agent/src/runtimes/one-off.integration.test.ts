import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMask } from '@almanac/host';
import { waitUntil } from '@almanac/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StepRecord } from '../journal/journal.ts';
import { collectSteps, lookAtStep, makeRoomForStep, startStep } from './one-off.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'almanac steps '));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const aStep = (): StepRecord => ({
  step: 'migrate',
  module: 'web',
  operation: 'operation-1',
  id: 'migrate-web-operation-1',
  state: 'running',
  faults: 0,
  identity: null,
  startedAt: 0,
  endedAt: null,
  output: '',
});
const look = (record: StepRecord) => lookAtStep({ record, directory, now: 1, mask: async () => createMask([]) });

async function run(record: StepRecord, command: string): Promise<void> {
  await makeRoomForStep({ record, directory });
  await startStep({
    record,
    directory,
    command,
    cwd: directory,
    environment: { PATH: process.env['PATH'] ?? '' },
    account: undefined,
    group: undefined,
  });
  await waitUntil('the step to end', async () => (await look(record)) === 'ended');
}

describe('a one-off step', () => {
  it('is told by its status and its last words', async () => {
    const [good, bad] = [aStep(), { ...aStep(), id: 'verify-web-operation-1' }];
    await run(good, 'echo migrated');
    await run(bad, 'echo no table >&2; exit 3');

    expect(good).toMatchObject({ state: 'succeeded', output: 'migrated\n' });
    expect(bad).toMatchObject({ state: 'failed', output: 'no table\n\n(exit status 3)' });
  });

  it('that is run anew goes by nothing of the run before, also where the agent dies before it starts', async () => {
    await run(aStep(), 'true');
    const anew = aStep();
    await makeRoomForStep({ record: anew, directory });

    expect(await look(anew)).toBe('interrupted');
    expect(anew).toMatchObject({ state: 'running', endedAt: null });
  });

  it('leaves nothing on the disk once nobody knows it any more', async () => {
    await collectSteps(join(directory, 'not there yet'), new Set());
    for (const operation of ['operation-1', 'operation-2']) await run({ ...aStep(), operation, id: operation }, 'true');

    await collectSteps(directory, new Set(['operation-2']));

    expect(await readdir(directory)).toEqual(['operation-2']);
    expect(existsSync(join(directory, 'operation-2', 'status'))).toBe(true);
  });
});
