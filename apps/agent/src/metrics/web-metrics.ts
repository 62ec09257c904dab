import type { MetricSource, Reading } from '@almanac/domain';
import type { Reach } from '@almanac/host';
import { fetchJson } from './fetch-json.ts';
import { blanksOf, fillIn } from './fill-in.ts';
import type { MetricProvider } from './metric-provider.ts';

/** A number in a JSON document that somebody serves. */
export function createWebMetrics(reach: Reach): MetricProvider<Extract<MetricSource, { provider: 'web' }>> {
  return {
    read: async ({ source, measured, period, signal }) => {
      const url = new URL(fillIn(source.address, blanksOf(measured, period), encodeURIComponent));
      const { status, document } = await fetchJson({ url, reach, signal });
      if (status !== 200) throw new Error(`${url.host} answered ${status}`);
      return numberAt(document, source.path);
    },
  };
}

/** What a path of names and positions leads to: nothing there, or null, is no data, and anything but a number an error. */
export function numberAt(document: unknown, path: string): Reading {
  let found: unknown = document;
  for (const step of path.split('.')) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step)) return { kind: 'no-data' };
    found = (found as Readonly<Record<string, unknown>>)[step];
  }
  if (found === null) return { kind: 'no-data' };
  if (typeof found !== 'number') throw new Error(`${path} is no number`);
  return { kind: 'value', value: found, requests: null };
}
