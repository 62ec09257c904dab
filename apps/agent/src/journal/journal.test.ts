import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openJournal } from './journal.ts';

let directory: string;
const log = pino({ level: 'silent' });

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'almanac journal '));
});

afterEach(() => rm(directory, { recursive: true, force: true }));

describe('the journal of a site', () => {
  it('is empty at first, and writes nothing while nothing changes', async () => {
    const journal = await openJournal({ directory, log });

    await journal.save();

    expect(journal.state).toMatchObject({ applications: {}, instances: [] });
    expect(await readdir(directory)).toEqual([]);
  });

  it('gives back what was saved', async () => {
    const journal = await openJournal({ directory, log });
    journal.state.gateway.revision = 7;
    await journal.save();

    expect((await openJournal({ directory, log })).state.gateway.revision).toBe(7);
    expect(await readdir(directory)).toEqual(['journal.json']);
  });

  it('takes over what was written before rollouts had steps and analyses', async () => {
    const target = { operation: 'op', build: 'build', modules: [] };
    const rollout = { phase: 'healthy', stable: target, candidate: null, failed: null, message: null };
    const shop = { id: 'shop', name: 'shop', rollout, specs: {}, steps: [], ports: {} };
    const text = JSON.stringify({
      schema: 1,
      applications: { shop },
      instances: [],
      gateway: { identity: null, revision: 1 },
    });
    await writeFile(join(directory, 'journal.json'), text);

    expect((await openJournal({ directory, log })).state.applications['shop']).toMatchObject({
      analyses: [],
      rollout: { stable: { ...target, progression: null, sameAs: null }, stepping: null, warm: null, commanded: 0 },
    });
  });

  it.each([
    ['is cut off', '{"schema":1,"applic'],
    ['has another schema', '{"schema":2}'],
    ['is empty', ''],
  ])('that %s is kept aside for people', async (_title, text) => {
    await writeFile(join(directory, 'journal.json'), text);

    expect((await openJournal({ directory, log })).state.instances).toEqual([]);
    expect(await readFile(join(directory, 'journal.json.damaged'), 'utf8')).toBe(text);
  });
});
