import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EnvironmentId, SiteId } from '@almanac/domain';
import type { DesiredState } from '@almanac/protocol';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SiteIdentity } from '../identity/site-identity.ts';
import { openDesiredStore } from './desired-store.ts';

const site = { id: '01980000-0000-7000-8000-000000000001' as SiteId, name: 'here' };
const environment = { id: '01980000-0000-7000-8000-000000000002' as EnvironmentId, name: 'test' };
const log = pino({ level: 'silent' });
const identity: SiteIdentity = {
  site,
  environment,
  sign: () => '',
  open: () => '',
  serverKeys: {
    kept: () => ({ incarnation: 1, number: 1, trusted: ['key'] }),
    trusts: ({ signature }) => signature === 'genuine',
    take: async () => ({ refused: 'there is no other set' }),
  },
};

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'almanac desired '));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const aDocument = (generation: number, signature = 'genuine') => {
  const state: DesiredState = {
    site,
    environment,
    incarnation: 1,
    generation,
    issuedAt: '2026-01-05T08:00:00.000Z',
    drift: 'show',
    bandwidth: null,
    access: [],
    applications: [],
    answers: [],
  };
  return { payload: JSON.stringify(state), keyId: 'key', signature };
};
const open = () => openDesiredStore({ directory, identity, log, onRefused: () => undefined });

describe('the desired state of a site', () => {
  it('is the newest one that was accepted, and outlives the agent', async () => {
    const store = await open();

    expect(await store.accept(aDocument(2))).toBe(true);
    expect(await store.accept(aDocument(1))).toBe(false);

    expect(store.current()?.generation).toBe(2);
    expect((await open()).current()?.generation).toBe(2);
  });

  it('is not followed by an older one that arrives while the newer one is still being written', async () => {
    const store = await open();

    const taken = await Promise.all([store.accept(aDocument(4)), store.accept(aDocument(3))]);

    expect(taken).toEqual([true, false]);
    expect(store.current()?.generation).toBe(4);
    expect((await open()).current()?.generation).toBe(4);
  });

  it('is taken from nobody but the server of the site, and what is refused holds up nothing', async () => {
    const store = await open();

    expect(await store.accept(aDocument(9, 'forged'))).toBe(false);
    expect(await store.accept('nonsense')).toBe(false);

    expect(await store.accept(aDocument(1))).toBe(true);
  });
});
