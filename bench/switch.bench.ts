import { join } from 'node:path';
import { createRepository, type SwitchResult, type SwitchSize, startEstate, switchUnderLoad } from '@almanac/testkit';
import type { Benchmark, Figure } from './benchmark.ts';
import { missingPrograms } from './load.ts';

const common = { strategies: ['rolling', 'recreate', 'blue-green', 'canary'] } as const;
const sizes = {
  full: {
    ...common,
    switches: 100,
    requests: 1_000_000,
    people: 64,
    slow: { people: 16, milliseconds: 25_000 },
    sockets: 32,
    shareOf: 10_000,
  },
  short: {
    ...common,
    switches: 4,
    requests: 20_000,
    people: 32,
    slow: { people: 4, milliseconds: 5000 },
    sockets: 8,
    shareOf: 2000,
  },
} as const satisfies Readonly<Record<string, SwitchSize>>;

/** Both data planes of a site; ALMANAC_BENCH_PLANE takes one alone. */
const planes = ['almanac', 'haproxy'].filter((plane) => (process.env['ALMANAC_BENCH_PLANE'] ?? plane) === plane);
const canaryWeight = 20;

/** Changes of version under a crowd, on both data planes: nothing may be lost, and nothing may happen twice. */
export const benchmark: Benchmark = {
  name: 'switch',
  about: `changes of version of a real application, by each strategy in turn, under people who ask again as soon as they were answered (kept connections, one request in five an order that must take effect once), who wait 25 s for an answer, and who hold WebSockets; on our gateway and on HAProxy (ALMANAC_BENCH_SIZE=short for a fraction of it)`,
  needs: () => missingPrograms(['haproxy']),
  run: async () => {
    const size = sizes[process.env['ALMANAC_BENCH_SIZE'] === 'short' ? 'short' : 'full'];
    const figures: Figure[] = [];
    for (const plane of planes) figures.push(...figuresOf(plane, await switchOn(plane, size)));
    return figures;
  },
};

async function switchOn(plane: string, size: SwitchSize): Promise<SwitchResult> {
  const estate = await startEstate(undefined, { environment: { ALMANAC_GATEWAY: plane } });
  try {
    const repository = await createRepository(join(estate.directory, 'switched'));
    return await switchUnderLoad(estate, repository, {
      ...size,
      onSwitch: ({ turn, answered, failed }) => {
        if (turn % 10 === 0) console.error(`  ${plane}: ${turn} switches, ${answered} answered, ${failed} failed`);
      },
    });
  } finally {
    await estate.stop();
    await estate.remove();
  }
}

function figuresOf(plane: string, result: SwitchResult): readonly Figure[] {
  const { crowd, sockets, duplicates, vanished, shares } = result;
  const errors = sum(crowd.errors) + sum(sockets.errors);
  if (errors > 0) console.error(`${plane}: ${JSON.stringify({ ...crowd.errors, ...sockets.errors })}`);
  const none = { words: 'none', holds: (median: number) => median === 0 };
  const near = {
    words: `${canaryWeight - 2} to ${canaryWeight + 2}`,
    holds: () => shares.every((share) => Math.abs(share - canaryWeight) <= 2),
  };
  return [
    { figure: `${plane}: requests`, unit: 'requests', values: [crowd.requests] },
    { figure: `${plane}: slow requests`, unit: 'requests', values: [crowd.slow] },
    { figure: `${plane}: orders`, unit: 'orders', values: [crowd.orders.length] },
    { figure: `${plane}: messages on WebSockets`, unit: 'messages', values: [sockets.messages] },
    { figure: `${plane}: errors`, unit: 'requests', values: [errors], bar: none },
    { figure: `${plane}: orders that took effect twice`, unit: 'orders', values: [duplicates.length], bar: none },
    { figure: `${plane}: confirmed orders without effect`, unit: 'orders', values: [vanished.length], bar: none },
    { figure: `${plane}: share of the canary at ${canaryWeight} %`, unit: '%', values: shares, bar: near },
  ];
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, each) => total + each, 0);
}
