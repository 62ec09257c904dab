import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openLocalAuthority } from '@almanac/host';
import { freePorts } from '@almanac/testkit';
import type { Benchmark, Figure } from './benchmark.ts';
import { keepProcessorsAwake, unmetNeeds } from './gateway/machine-pauses.ts';
import type { Latencies, Report } from './gateway/measure-latency.ts';
import { type Peer, startBackend, startGateway, startHaproxy, startHttpProxy } from './gateway/peers.ts';
import { load, type Measured, missingPrograms } from './load.ts';

const turns = 9;
const seconds = 3;
/** Of a steady load, until what passes it on has compiled what such a load asks for; not counted. */
const settlingTurns = 2;
/** Who asks and who answers in the end share a processor, whether something passes requests on between them or not. */
const clientProcessor = 0;
const peerProcessor = 1;

/** Requests per second through the gateway, against http-proxy and HAProxy, each alone under the same load. */
export const benchmark: Benchmark = {
  name: 'gateway',
  about:
    'requests through the gateway, against http-proxy on the same Node and HAProxy with one thread; 32 kept connections. Then with a canary of 10 %, with a mirror of 20 %, and over TLS, against the plain gateway; and what it adds to the 99th percentile at half of what it can do, against the backend asked directly at the same rate: by all requests, and without those asked while the machine itself stood still, as a watch on each processor tells. There, the client and the backend share a processor, and what is measured has another. Processors are kept from sleeping, for all alike',
  needs: () => [...missingPrograms(['haproxy', 'wrk', 'openssl']), ...unmetNeeds()],
  run: async () => {
    const directory = await mkdtemp(join(tmpdir(), 'almanac-bench-'));
    const first = await freePorts(7);
    const peers: Peer[] = [];
    const letProcessorsSleep = keepProcessorsAwake();
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
      const half = Math.round(middle((measured.get(ours) ?? []).map((each) => each.requestsPerSecond)) / 2);
      await backend.runOn(clientProcessor);
      for (const peer of [ours, haproxy]) await peer.runOn(peerProcessor);
      const added: { readonly ours: Report; readonly haproxy: Report }[] = [];
      for (let turn = 0; turn < settlingTurns; turn += 1)
        for (const peer of [ours, haproxy]) await latenciesAt(half, peer);
      for (let turn = 0; turn < turns; turn += 1) {
        const direct = await latenciesAt(half, backend);
        added.push({
          ours: addedTo(direct, await latenciesAt(half, ours)),
          haproxy: addedTo(direct, await latenciesAt(half, haproxy)),
        });
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
        ...addedFigures(`at ${half} requests/s`, added, (report) => report.all),
        ...addedFigures(`at ${half} requests/s, undisturbed`, added, (report) => report.undisturbed),
        {
          figure: `disturbed by the machine at ${half} requests/s`,
          unit: '% of the requests',
          values: added.map((each) => each.ours.disturbedPart * 100),
        },
      ];
    } finally {
      letProcessorsSleep();
      for (const peer of peers) await peer.stop();
      await rm(directory, { recursive: true, force: true });
    }
  },
};

function loadOn(scheme: 'http' | 'https', { port }: Peer, duration: number): Promise<Measured> {
  const headers = { Host: 'shop.localhost' };
  return load({ url: `${scheme}://127.0.0.1:${port}/`, headers, connections: 32, seconds: duration });
}

function addedFigures(
  where: string,
  added: readonly { readonly ours: Report; readonly haproxy: Report }[],
  of: (report: Report) => Latencies,
): Figure[] {
  return [
    { figure: `median added ${where}`, unit: 'ms', values: added.map(({ ours }) => of(ours).median) },
    { figure: `p99 added ${where}, by HAProxy`, unit: 'ms', values: added.map(({ haproxy }) => of(haproxy).p99) },
    {
      figure: `p99 added ${where}`,
      unit: 'ms',
      values: added.map(({ ours }) => of(ours).p99),
      bar: { words: 'below 1', holds: (median) => median < 1 },
    },
  ];
}

/** Latencies under a steady load from a process of its own, whose young generation is never full. */
async function latenciesAt(perSecond: number, { port }: Peer): Promise<Report> {
  const program = join(import.meta.dirname, 'gateway/measure-latency.ts');
  const heap = ['--min-semi-space-size=256', '--max-semi-space-size=256'];
  const numbers = [String(port), 'shop.localhost', String(perSecond), String(seconds)];
  const { stdout } = await promisify(execFile)('taskset', [
    '--cpu-list',
    String(clientProcessor),
    process.execPath,
    ...heap,
    program,
    ...numbers,
  ]);
  return JSON.parse(stdout) as Report;
}

function addedTo(direct: Report, through: Report): Report {
  return {
    all: difference(through.all, direct.all),
    undisturbed: difference(through.undisturbed, direct.undisturbed),
    disturbedPart: through.disturbedPart,
  };
}

function difference(one: Latencies, other: Latencies): Latencies {
  return { median: one.median - other.median, p99: one.p99 - other.p99 };
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
