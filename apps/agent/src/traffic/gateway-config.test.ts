import type { DesiredPreview, DesiredShare, ObservedInstance } from '@almanac/domain';
import { gatewayConfig } from '@almanac/protocol/gateway';
import { describe, expect, it } from 'vitest';
import { gatewayConfigOf } from './gateway-config.ts';

const shares: DesiredShare[] = [
  { operation: 'new', instances: 1, weight: 0 },
  { operation: 'old', instances: 1, weight: 100 },
];

/** The service of a shop with one ready instance of each version. */
function serviceWith(preview: DesiredPreview | null, running: readonly string[] = ['new', 'old']) {
  const observed = running.map(
    (operation): ObservedInstance => ({
      id: `${operation}-1`,
      module: 'web',
      operation,
      state: 'ready',
      since: 0,
      failures: 0,
      inFlight: 0,
      message: null,
    }),
  );
  const config = gatewayConfigOf({
    frontPort: 7000,
    applications: [
      {
        name: 'shop',
        modules: [{ name: 'web', port: 8000 }],
        desired: {
          modules: [{ module: 'web', shares, hold: false, preview }],
          baseline: null,
          steps: [],
          analyses: [],
        },
        observed,
        records: observed.map(({ id, module, operation }, index) => ({
          id,
          application: 'shop',
          module,
          operation,
          port: 9000 + index,
          identity: null,
          startedAt: 0,
          failures: 0,
          restarts: 0,
          draining: false,
          drainingSince: 0,
          stopping: false,
        })),
        specs: {},
        answers: { headers: [], collectsReports: false },
      },
    ],
  });
  return gatewayConfig.parse({ ...config, revision: 1 }).services[0];
}

describe('the configuration of a gateway', () => {
  it('gives requests that see a version to it although it has no share of the others, and copies', () => {
    const service = serviceWith({
      operation: 'new',
      matches: [
        { header: 'x-tester', equals: 'yes' },
        { header: 'x-team', startsWith: 'shop-' },
      ],
      mirror: 20,
    });

    expect(service).toMatchObject({
      versions: [
        { version: 'new', weight: 0 },
        { version: 'old', weight: 100 },
      ],
      backends: [
        { version: 'new', state: 'active' },
        { version: 'old', state: 'active' },
      ],
      rules: [
        { from: 'header', name: 'x-tester', match: 'equals', value: 'yes', version: 'new' },
        { from: 'header', name: 'x-team', match: 'prefix', value: 'shop-', version: 'new' },
      ],
      mirror: { version: 'new', percent: 20, methods: 'safe' },
    });
  });

  it('gives nothing to a version that has neither a share nor somebody who is to see it', () => {
    expect(serviceWith(null)).toMatchObject({
      backends: [
        { version: 'new', state: 'draining' },
        { version: 'old', state: 'active' },
      ],
      rules: [],
      mirror: null,
    });
  });

  it('names no version that has no instance', () => {
    const preview = { operation: 'new', matches: [{ header: 'x-tester', equals: 'yes' }], mirror: 5 };

    expect(serviceWith(preview, ['old'])).toMatchObject({ rules: [], mirror: null });
  });
});
