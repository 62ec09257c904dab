import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLocalAuthority } from '@almanac/host';
import { freePorts } from '@almanac/testkit';
import type { Benchmark } from './benchmark.ts';
import { type Peer, startBackend, startGateway, startHaproxy, startHttpProxy } from './gateway/peers.ts';
import { steadyP99 } from './gateway/steady-load.ts';
import { load, type Measured, missingPrograms } from './load.ts';

const turns = 5;
const seconds = 4;

/** Requests per second through the gateway, against http-proxy and HAProxy, each alone under the same load. */
export const benchmark: Benchmark = {
  name: 'gateway',
  about:
    'requests through the gateway, against http-proxy on the same Node and HAProxy with one thread; 32 kept connections. Then with a canary of 10 %, with a mirror of 20 %, and over TLS, against the plain gateway; and what it adds to the 99th percentile at half of what it can do, against the backend asked directly at the same rate',
  needs: () => missingPrograms(['haproxy', 'wrk', 'openssl']),
  run: async () => {
    const directory = await mkdtemp(join(tmpdir(), 'almanac-bench-'));
    const first = await freePorts(7);
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
      const authority = await openLocalAuthority(join(directory, 'certificates'));
      const weighted = await startGateway(directory, input(4), { canary: 10 });
      const mirrored = await startGateway(directory, input(5), { mirror: 20 });
      const tls = await authority.issue('shop', ['shop.localhost']);
      const secure = await startGateway(directory, input(6), { tls });
      peers.push(weighted, mirrored, secure);
      const measured = new Map<Peer, Measured[]>([
        [ours, []],
        [httpProxy, []],
        [haproxy, []],
        [weighted, []],
        [mirrored, []],
        [secure, []],
      ]);
      const loadPeer = (peer: Peer, duration: number) => loadOn(peer === secure ? 'https' : 'http', peer, duration);
      for (const peer of measured.keys()) await loadPeer(peer, 2);
      for (let turn = 0; turn < turns; turn += 1)
        for (const [peer, found] of measured) found.push(await loadPeer(peer, seconds));
      const added: number[] = [];
      const half = Math.round(middle((measured.get(ours) ?? []).map((each) => each.requestsPerSecond)) / 2);
      for (let turn = 0; turn < turns; turn += 1) {
        const steady = { host: 'shop.localhost', perSecond: half, seconds };
        const direct = await steadyP99({ ...steady, port: backend.port });
        added.push((await steadyP99({ ...steady, port: ours.port })) - direct);
      }
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
        {
          figure: 'with a canary of 10 %',
          unit: 'requests/s',
          values: of(weighted).map((each) => each.requestsPerSecond),
        },
        {
          figure: 'with a mirror of 20 %',
          unit: 'requests/s',
          values: of(mirrored).map((each) => each.requestsPerSecond),
        },
        { figure: 'over TLS', unit: 'requests/s', values: of(secure).map((each) => each.requestsPerSecond) },
        {
          figure: `p99 added at ${half} requests/s`,
          unit: 'ms',
          values: added,
          bar: { words: 'below 1', holds: (median) => median < 1 },
        },
      ];
    } finally {
      for (const peer of peers) await peer.stop();
      await rm(directory, { recursive: true, force: true });
    }
  },
};

function loadOn(scheme: 'http' | 'https', { port }: Peer, duration: number): Promise<Measured> {
  const headers = { Host: 'shop.localhost' };
  return load({ url: `${scheme}://127.0.0.1:${port}/`, headers, connections: 32, seconds: duration });
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
