import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '@almanac/host';
import { waitUntil } from '@almanac/testkit';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JournalState } from '../journal/journal.ts';
import { createGatewayClient, type GatewayClient } from './gateway-client.ts';
import { findGatewayProgram } from './gateway-program.ts';

let directory: string;
let journal: JournalState['gateway'];
let client: GatewayClient;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'almanac gateway '));
  journal = { identity: null, revision: 0 };
  client = createGatewayClient({ directory, journal, log });
});

afterEach(async () => {
  if (journal.identity !== null) process.kill(journal.identity.pid, 'SIGKILL');
  await rm(directory, { recursive: true, force: true });
});

const log = pino({ level: 'silent' });

const config = {
  revision: 1,
  listeners: [],
  services: [],
  limits: { holdSeconds: 1, holdRequests: 1, backendIdleSeconds: 1 },
};
const running = () => waitUntil('the gateway to answer', () => client.ensure(), 40);

describe('the gateway of a site', () => {
  it('is started when it is missing, and found again by a later agent', async () => {
    await running();
    await client.apply(config);
    const { pid } = journal.identity ?? { pid: 0 };

    const later = createGatewayClient({ directory, journal: { ...journal }, log });

    expect(await later.ensure()).toBe(true);
    expect(await later.stats()).toMatchObject({ revision: 1 });
    expect(journal.identity?.pid).toBe(pid);
  });

  it('is ended by a later agent, though the one before died before it noted whom it started', async () => {
    await running();
    const gateway = journal.identity;
    const later = createGatewayClient({ directory, journal: { identity: null, revision: 0 }, log });

    await later.stop();

    expect(gateway !== null && isAlive(gateway)).toBe(false);
    journal.identity = null;
  });

  it('is started again when it was killed', async () => {
    await running();
    const first = journal.identity;
    process.kill(first?.pid ?? 0, 'SIGKILL');
    await waitUntil('its end', () => first !== null && !isAlive(first), 5);

    await running();

    expect(journal.identity?.pid).not.toBe(first?.pid);
  });

  it('is renewed by a later agent that has another program, and only then', async () => {
    await running();
    await client.apply(config);
    const first = journal.identity;
    const ours = findGatewayProgram();
    const same = createGatewayClient({ directory, journal, log });
    expect(await same.ensure()).toBe(true);
    expect(journal.identity).toEqual(first);

    const later = createGatewayClient({ directory, journal, log, program: { ...ours, id: 'another' } });
    expect(await later.ensure()).toBe(true);

    expect(journal.identity?.pid).not.toBe(first?.pid);
    expect(await later.stats()).toMatchObject({ revision: 1 });
    await waitUntil('the first to end', () => first !== null && !isAlive(first), 10);
  }, 60_000);

  it('that hangs is replaced, but not before it had time', async () => {
    await running();
    const first = journal.identity;
    process.kill(first?.pid ?? 0, 'SIGSTOP');

    expect(await client.ensure()).toBe(false);
    expect(first !== null && isAlive(first)).toBe(true);
    await running();

    expect(journal.identity?.pid).not.toBe(first?.pid);
    expect(first !== null && isAlive(first)).toBe(false);
  }, 60_000);
});
