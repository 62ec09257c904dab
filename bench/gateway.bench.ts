import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '@almanac/testkit';
import type { Benchmark } from './benchmark.ts';
import { type Peer, startBackend, startGateway, startHaproxy, startHttpProxy } from './gateway/peers.ts';
import { load, type Measured, missingPrograms } from './load.ts';

const turns = 5;
const seconds = 4;

/** Requests per second through the gateway, against http-proxy and HAProxy, each alone under the same load. */
export const benchmark: Benchmark = {
  name: 'gateway',
  about:
    'requests through the gateway, against http-proxy on the same Node and HAProxy with one thread; 32 kept connections',
  needs: () => missingPrograms(['haproxy', 'wrk']),
  run: async () => {
    const directory = await mkdtemp(join(tmpdir(), 'almanac-bench-'));
    const first = await freePorts(4);
    const peers: Peer[] = [];
    try {
      const backend = await startBackend(directory, first);
      peers.push(backend);
      const input = (index: number) => ({ port: first + index, backend: backend.port });
      const ours = await startGateway(directory, input(1));
      peers.push(ours);
      const httpProxy = await startHttpProxy(input(2));
      peers.push(httpProxy);
      const haproxy = await startHaproxy(directory, input(3));
      peers.push(haproxy);
      const measured = new Map<Peer, Measured[]>([
        [ours, []],
        [httpProxy, []],
        [haproxy, []],
      ]);
      for (const peer of measured.keys()) await loadPeer(peer, 2);
      for (let turn = 0; turn < turns; turn += 1)
        for (const [peer, found] of measured) found.push(await loadPeer(peer, seconds));
      const of = (peer: Peer) => measured.get(peer) ?? [];
      const ratio = (other: Peer, of_: (each: Measured) => number) =>
        of(ours).map(
          (each, turn) => of_(each) / of_(of(other)[turn] ?? { requestsPerSecond: Number.NaN, p99: Number.NaN }),
        );
      return [
        { figure: 'by the gateway', unit: 'requests/s', values: of(ours).map((each) => each.requestsPerSecond) },
        { figure: 'by http-proxy', unit: 'requests/s', values: of(httpProxy).map((each) => each.requestsPerSecond) },
        { figure: 'by HAProxy', unit: 'requests/s', values: of(haproxy).map((each) => each.requestsPerSecond) },
        {
          figure: 'requests, to http-proxy',
          unit: '×',
          values: ratio(httpProxy, (each) => each.requestsPerSecond),
          bar: { words: 'at least 1.4', holds: (median) => median >= 1.4 },
        },
        {
          figure: 'requests, to HAProxy',
          unit: '×',
          values: ratio(haproxy, (each) => each.requestsPerSecond),
          bar: { words: 'at least 0.5', holds: (median) => median >= 0.5 },
        },
        {
          figure: 'p99, to http-proxy',
          unit: '×',
          values: ratio(httpProxy, (each) => each.p99),
          bar: { words: 'at most 1', holds: (median) => median <= 1 },
        },
      ];
    } finally {
      for (const peer of peers) await peer.stop();
      await rm(directory, { recursive: true, force: true });
    }
  },
};

function loadPeer({ port }: Peer, duration: number): Promise<Measured> {
  const headers = { Host: 'shop.localhost' };
  return load({ url: `http://127.0.0.1:${port}/`, headers, connections: 32, seconds: duration });
}
