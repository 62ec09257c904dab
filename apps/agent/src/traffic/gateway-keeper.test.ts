import type { GatewayConfigInput, GatewayStats } from '@almanac/protocol/gateway';
import { describe, expect, it } from 'vitest';
import { anEmptyJournal } from '../journal/journal-for-tests.ts';
import type { RoutedApplication } from './gateway-config.ts';
import { createGatewayKeeper } from './gateway-keeper.ts';

/** A gateway that takes everything over, and an application with one ready and one draining instance. */
function aSite() {
  const sent: GatewayConfigInput[] = [];
  const keeper = createGatewayKeeper({
    frontPort: 7000,
    tls: undefined,
    journal: { state: { ...anEmptyJournal(), gateway: { identity: null, revision: 4 } } },
    gateway: {
      ensure: async () => true,
      apply: async (config) => void sent.push(config),
      stats: async () => undefined,
      stop: async () => undefined,
    },
  });
  return { sent, keeper };
}

const instance = (id: string, operation: string, state: 'ready' | 'draining') => ({
  observed: { id, module: 'web', operation, state, since: 0, failures: 0, inFlight: null, message: null },
  record: {
    id,
    application: 'shop',
    module: 'web',
    operation,
    port: 9000,
    identity: null,
    startedAt: 0,
    failures: 0,
    restarts: 0,
    draining: state === 'draining',
    drainingSince: 0,
    stopping: false,
  },
});
const instances = [instance('fresh', 'new', 'ready'), instance('leaving', 'old', 'draining')];
const shop: RoutedApplication = {
  name: 'shop',
  modules: [{ name: 'web', port: 8000 }],
  desired: {
    modules: [{ module: 'web', hold: false, preview: null, shares: [{ operation: 'new', instances: 1, weight: 100 }] }],
    baseline: null,
    steps: [],
    analyses: [],
  },
  observed: instances.map((each) => each.observed),
  records: instances.map((each) => each.record),
  specs: {},
  answers: { headers: [], collectsReports: false },
};

const statsAt = (revision: number): GatewayStats => ({
  startedAt: '2026-01-01T00:00:00.000Z',
  revision,
  listenerFaults: {},
  services: [
    {
      name: 'shop/web',
      held: 0,
      versions: [],
      mirrored: [],
      violations: { items: [], dropped: 0 },
      backends: ['fresh', 'leaving'].map((name) => ({ instance: name, inFlight: 4, connections: 3, upgraded: 1 })),
    },
  ],
});

describe('what the gateway still gives an instance', () => {
  it('is not known before the gateway confirmed a configuration', () => {
    expect(aSite().keeper.inFlight(statsAt(4))('leaving')).toBeNull();
  });

  it('is a number once the gateway confirmed that it drains, without upgraded connections, and not while it takes requests', async () => {
    const { keeper, sent } = aSite();

    expect(await keeper.apply([shop], 4)).toBe(true);

    const inFlight = keeper.inFlight(statsAt(5));
    expect(sent.map((each) => each.revision)).toEqual([5]);
    expect(inFlight('leaving')).toBe(3);
    expect(inFlight('fresh')).toBeNull();
    expect(inFlight('gone')).toBe(0);
  });

  it('is not known from a gateway that says nothing, or that has another configuration', async () => {
    const { keeper } = aSite();
    await keeper.apply([shop], 4);

    expect(keeper.inFlight(undefined)('leaving')).toBeNull();
    expect(keeper.inFlight(statsAt(0))('leaving')).toBeNull();
  });

  it('is sent again only when it is another configuration, or the gateway lost it', async () => {
    const { keeper } = aSite();
    await keeper.apply([shop], 4);

    expect(await keeper.apply([shop], 5)).toBe(false);
    expect(await keeper.apply([shop], 0)).toBe(true);
  });
});
