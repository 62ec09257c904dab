import type { MetricSource } from '@almanac/domain';
import { latencyBounds } from '@almanac/protocol/gateway';
import { describe, expect, it } from 'vitest';
import { createGatewayMetrics, quantileOf } from './gateway-metrics.ts';
import { aVersion, patient, second } from './metrics-for-tests.ts';
import { createTrafficHistory, type TrafficSnapshot } from './traffic-history.ts';

const buckets = latencyBounds.length + 1;
/** The bucket of answers that took so long, and its bounds. */
const bucketOf = (milliseconds: number) => latencyBounds.findIndex((bound) => milliseconds <= bound);
const boundsOf = (milliseconds: number) => {
  const index = bucketOf(milliseconds);
  return { lower: latencyBounds[index - 1] ?? 0, upper: latencyBounds[index] ?? 0 };
};
const within = (milliseconds: number, part: number) => {
  const { lower, upper } = boundsOf(milliseconds);
  return lower + (upper - lower) * part;
};
const inBucket = (milliseconds: number, count: number) =>
  new Array<number>(buckets).fill(0).with(bucketOf(milliseconds), count);
/** What the gateway has counted of the module `web`, and of the API beside it. */
const snapshot = (
  versions: Readonly<Record<string, readonly [number, number]>>,
  startedAt = 'first',
): TrafficSnapshot => ({
  startedAt,
  services: ['shop/web', 'shop/api', 'shopping/web'].map((name) => ({
    name,
    versions: Object.entries(versions).map(([version, [requests, errors]]) => {
      return { version, requests, errors, latency: inBucket(20, requests) };
    }),
  })),
});

type GatewaySource = Extract<MetricSource, { provider: 'gateway' }>;
const errors: GatewaySource = { provider: 'gateway', of: 'error-rate' };
const requests: GatewaySource = { provider: 'gateway', of: 'requests' };
const latency: GatewaySource = { provider: 'gateway', of: 'latency', quantile: 0.5 };

function aGateway() {
  const history = createTrafficHistory();
  const metrics = createGatewayMetrics(history);
  const read = (source: GatewaySource, from: number, until: number) =>
    metrics.read({
      source,
      measured: aVersion(),
      period: { from: from * second, until: until * second },
      signal: patient,
    });
  return { history, read };
}

describe('what the gateway counted of a version', () => {
  it('is read between two moments, over all modules of its application and no other one', async () => {
    const { history, read } = aGateway();
    history.observe(snapshot({ 'op-2': [100, 0], 'op-1': [900, 9] }), 0);
    history.observe(snapshot({ 'op-2': [150, 3], 'op-1': [1900, 90] }), 10 * second);

    expect(await read(errors, 0, 10)).toEqual({ kind: 'rate', events: 6, of: 100 });
    expect(await read(requests, 0, 10)).toEqual({ kind: 'value', value: 10, requests: 100 });
    expect(await read(latency, 0, 10)).toEqual({ kind: 'value', value: within(20, 0.5), requests: 100 });
  });

  it('begins with nothing for a version that came in the middle of the period', async () => {
    const { history, read } = aGateway();
    history.observe(snapshot({ 'op-1': [900, 9] }), 0);
    history.observe(snapshot({ 'op-2': [50, 1], 'op-1': [900, 9] }), 10 * second);

    expect(await read(errors, 0, 10)).toEqual({ kind: 'rate', events: 2, of: 100 });
  });

  it.each([
    ['the version was never there', snapshot({ 'op-1': [1, 0] }), snapshot({ 'op-1': [9, 0] }), errors],
    ['there were no requests', snapshot({ 'op-2': [7, 0] }), snapshot({ 'op-2': [7, 0] }), errors],
    ['there was nothing to be quick', snapshot({ 'op-2': [7, 0] }), snapshot({ 'op-2': [7, 0] }), latency],
    ['the gateway began anew', snapshot({ 'op-2': [7, 0] }), snapshot({ 'op-2': [70, 0] }, 'second'), errors],
  ])('is no data, and not 0, when %s', async (_, first, last, source) => {
    const { history, read } = aGateway();
    history.observe(first, 0);
    history.observe(last, 10 * second);

    expect(await read(source, 0, 10)).toEqual({ kind: 'no-data' });
  });

  it('has no latency where a gateway of another release counts in other buckets', async () => {
    const { history, read } = aGateway();
    const other = (count: number): TrafficSnapshot => ({
      startedAt: 'first',
      services: [
        { name: 'shop/web', versions: [{ version: 'op-2', requests: count, errors: 0, latency: [0, count] }] },
      ],
    });
    history.observe(other(5), 0);
    history.observe(other(50), 10 * second);

    expect(await read(latency, 0, 10)).toEqual({ kind: 'no-data' });
    expect(await read(requests, 0, 10)).toEqual({ kind: 'value', value: 4.5, requests: 45 });
  });

  it('is no data for periods that were not observed', async () => {
    const { history, read } = aGateway();
    history.observe(snapshot({ 'op-2': [0, 0] }), 100 * second);
    history.observe(snapshot({ 'op-2': [9, 0] }), 103 * second);

    expect(await read(errors, 0, 10)).toEqual({ kind: 'no-data' });
    expect(await read(errors, 95, 105)).toEqual({ kind: 'no-data' });
    expect(await read(errors, 103, 113)).toEqual({ kind: 'no-data' });
  });

  it('is known for twenty minutes back, and what it costs to know does not grow', async () => {
    const { history, read } = aGateway();
    for (let at = 0; at <= 3600; at += 0.5) history.observe(snapshot({ 'op-2': [at * 2, 0] }), at * second);

    expect(await read(errors, 3590, 3600)).toEqual({ kind: 'rate', events: 0, of: 40 });
    const old = await read(errors, 2450, 2460);
    expect(old).toMatchObject({ kind: 'rate' });
    expect(await read(errors, 100, 110)).toEqual({ kind: 'no-data' });
  });
});

describe('a quantile of latency', () => {
  it.each([
    [inBucket(20, 10), 0.5, within(20, 0.5)],
    [inBucket(20, 10), 1, boundsOf(20).upper],
    [inBucket(0.1, 4), 0.25, 0.125],
    [inBucket(20, 10).with(buckets - 1, 10), 0.95, 10_000],
    [inBucket(10, 90).with(bucketOf(100), 10), 0.95, within(100, 0.5)],
  ])('of %j at %d is %d', (counts, quantile, expected) => {
    expect(quantileOf(counts, quantile)).toBeCloseTo(expected, 9);
  });

  it.each([1, 10, 40, 300, 2000])('of answers that take %d ms is that, within four per cent', (milliseconds) => {
    const found = quantileOf(inBucket(milliseconds, 100), 0.5) ?? 0;

    expect(Math.abs(found / milliseconds - 1)).toBeLessThan(0.04);
  });

  it('of nothing is nothing', () => {
    expect(quantileOf(new Array<number>(buckets).fill(0), 0.5)).toBeNull();
  });
});
