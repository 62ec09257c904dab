import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createReach } from '@almanac/host';
import { freePorts, waitUntil } from '@almanac/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { steadyNow } from '../steady-now.ts';
import type { MeasuredVersion } from './metric-provider.ts';
import { aVersion, patient } from './metrics-for-tests.ts';
import { createPrometheusMetrics } from './prometheus-metrics.ts';

/** As Debian installs it. */
const program = '/usr/bin/prometheus';
const metrics = createPrometheusMetrics(createReach({ internal: ['127.0.0.1'], setting: 'ALMANAC_METRICS_INTERNAL' }));

let directory: string;
let exporter: Server;
let prometheus: ChildProcess;
let address: string;

const text = `
shop_orders{version="1.4.0"} 7
shop_orders{version="1.3.0"} 5
shop_requests{version="1.4.0"} 0
shop_load{version="1.4.0"} +Inf
`;

describe.runIf(existsSync(program))('a Prometheus', () => {
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'almanac prometheus '));
    exporter = createServer((_, response) => response.end(text));
    await new Promise<void>((resolve) => exporter.listen(0, '127.0.0.1', resolve));
    const { port } = exporter.address() as AddressInfo;
    const config = join(directory, 'prometheus.yml');
    await writeFile(
      config,
      `global: { scrape_interval: 200ms, scrape_timeout: 200ms }\nscrape_configs: [{ job_name: shop, static_configs: [{ targets: ['127.0.0.1:${port}'] }] }]\n`,
    );
    const own = await freePorts(1);
    address = `http://127.0.0.1:${own}/`;
    prometheus = spawn(
      program,
      [
        `--config.file=${config}`,
        `--storage.tsdb.path=${join(directory, 'data')}`,
        `--web.listen-address=127.0.0.1:${own}`,
        '--log.level=error',
      ],
      { stdio: 'ignore' },
    );
    await waitUntil(
      'Prometheus to have seen the exporter for a while',
      async () => {
        const reading = await read('count_over_time(shop_orders{version="{{version}}"}[1m])').catch(() => undefined);
        return reading?.kind === 'value' && reading.value >= 10;
      },
      50,
    );
  }, 60_000);

  afterAll(async () => {
    const ended = new Promise((resolve) => prometheus.once('exit', resolve));
    prometheus.kill('SIGKILL');
    await ended;
    exporter.closeAllConnections();
    exporter.close();
    await rm(directory, { recursive: true, force: true });
  });

  const read = (query: string, given: Partial<MeasuredVersion> = {}) => {
    const until = steadyNow();
    const period = { from: until - 10_000, until };
    return metrics.read({
      source: { provider: 'prometheus', address, query },
      measured: aVersion(given),
      period,
      signal: patient,
    });
  };

  it.each([
    ['shop_orders{version="{{version}}"}', 7],
    ['scalar(shop_orders{version="{{version}}"})', 7],
    ['sum(shop_orders)', 12],
    ['avg_over_time(shop_orders{version="{{version}}"}[{{window}}s])', 7],
  ])('answers %s with a number', async (query, expected) => {
    expect(await read(query)).toEqual({ kind: 'value', value: expected, requests: null });
  });

  it('is asked about the version that is measured, whatever its name is', async () => {
    const query = 'shop_orders{version="{{version}}"}';

    expect(await read(query, { label: '1.3.0' })).toMatchObject({ value: 5 });
    expect(await read(query, { label: '1.3.0"} or shop_orders{version="1.4.0' })).toEqual({ kind: 'no-data' });
  });

  it.each([
    ['nothing there', 'shop_orders{version="0.0.0"}'],
    ['nothing divided by nothing', 'shop_requests / shop_requests'],
  ])('without figures gives no data, and not 0: %s', async (_, query) => {
    expect(await read(query)).toEqual({ kind: 'no-data' });
  });

  it.each([
    ['several series', 'shop_orders', /2 series, not one/],
    ['a query that it does not understand', 'sum(', /bad_data/],
    ['a figure without end', 'shop_load', /gives \+Inf/],
    ['a range', 'shop_orders{version="1.4.0"}[1m]', /gives a matrix/],
    ['a blank of another name', 'shop_orders{version="{{commit}}"}', /none of/],
  ])('is in error with %s', async (_, query, expected) => {
    await expect(read(query)).rejects.toThrow(expected);
  });

  it('is asked once for many periods, and has no data for those before it began', async () => {
    const now = steadyNow();
    const periods = [0, 1, 2, 3600].map((ago) => {
      const until = now - ago * 1000;
      return { from: until - 1000, until };
    });
    const source = { provider: 'prometheus', address, query: 'shop_orders{version="{{version}}"}' } as const;

    const recent = await metrics.readAll?.({
      source,
      measured: aVersion(),
      periods: periods.slice(0, 3),
      signal: patient,
    });
    const old = await metrics.readAll?.({ source, measured: aVersion(), periods: periods.slice(3), signal: patient });

    expect(recent?.[0]).toEqual({ kind: 'value', value: 7, requests: null });
    expect(recent).toHaveLength(3);
    expect(old).toEqual([{ kind: 'no-data' }]);
  });

  it('that does not answer is an error', async () => {
    const source = { provider: 'prometheus', address: 'http://127.0.0.1:1', query: '1' } as const;
    const period = { from: 0, until: 1 };

    await expect(metrics.read({ source, measured: aVersion(), period, signal: patient })).rejects.toThrow(
      /ECONNREFUSED/,
    );
  });
});
