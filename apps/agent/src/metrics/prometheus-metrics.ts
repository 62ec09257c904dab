import type { MetricSource, Reading } from '@almanac/domain';
import type { Reach } from '@almanac/host';
import { z } from 'zod';
import { steadyNow } from '../steady-now.ts';
import { fetchJson } from './fetch-json.ts';
import { blanksOf, fillIn } from './fill-in.ts';
import type { MetricProvider, MetricQuestion, Period } from './metric-provider.ts';

type PrometheusSource = Extract<MetricSource, { provider: 'prometheus' }>;

const point = z.tuple([z.number(), z.string()]);
/** The answers of its HTTP API, as far as they matter here. */
const answer = z.discriminatedUnion('status', [
  z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() }),
  z.object({
    status: z.literal('success'),
    data: z.discriminatedUnion('resultType', [
      z.object({ resultType: z.literal('vector'), result: z.array(z.object({ value: point })) }),
      z.object({ resultType: z.literal('matrix'), result: z.array(z.object({ values: z.array(point) })) }),
      z.object({ resultType: z.literal('scalar'), result: point }),
      z.object({ resultType: z.literal('string'), result: z.unknown() }),
    ]),
  }),
]);
type Answer = Extract<z.output<typeof answer>, { status: 'success' }>['data'];

/** Queries of a Prometheus, each for one number at the end of a period; many periods of one length with one query. */
export function createPrometheusMetrics(reach: Reach): MetricProvider<PrometheusSource> {
  const ask = async (
    path: string,
    question: Omit<MetricQuestion<PrometheusSource>, 'period'> & {
      readonly period: Period;
      readonly times: Readonly<Record<string, string>>;
    },
  ): Promise<Answer> => {
    const { source, measured, period, times, signal } = question;
    const url = new URL(`${source.address.replace(/\/$/, '')}/api/v1/${path}`);
    const query = fillIn(source.query, blanksOf(measured, period), inQuotes);
    url.search = new URLSearchParams({ query, ...times }).toString();
    const { status, document } = await fetchJson({ url, reach, signal });
    const parsed = answer.safeParse(document);
    if (!parsed.success) throw new Error(`${url.host} answered ${status} as no Prometheus does`);
    if (parsed.data.status === 'error') throw new Error(`${parsed.data.errorType}: ${parsed.data.error}`);
    return parsed.data.data;
  };
  return {
    read: async (question) => {
      const times = { time: wallSeconds(question.period.until) };
      return readingAt(await ask('query', { ...question, times }));
    },
    readAll: async ({ periods, ...question }) => {
      const [first, ...others] = periods.toSorted((a, b) => a.until - b.until);
      if (first === undefined) return [];
      const last = others.at(-1) ?? first;
      const step = others.length === 0 ? 1000 : (last.until - first.until) / others.length;
      const times = {
        start: wallSeconds(first.until),
        end: wallSeconds(last.until),
        step: (step / 1000).toFixed(3),
      };
      const data = await ask('query_range', { ...question, period: first, times });
      return periods.map(({ until }) => readingIn(data, { at: Number(wallSeconds(until)), within: step / 2000 }));
    },
  };
}

/** Within the quotes of a label; a blank that is a number stands for itself. */
function inQuotes(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

/** The agent's steady clock is not the one that Prometheus reads; both go on alike. */
function wallSeconds(steady: number): string {
  return ((Date.now() - (steadyNow() - steady)) / 1000).toFixed(3);
}

function readingAt(data: Answer): Reading {
  if (data.resultType === 'scalar') return readingOfPoint(data.result);
  if (data.resultType !== 'vector') throw new Error(`the query gives a ${data.resultType}, not a number`);
  const [first, ...others] = data.result;
  if (others.length > 0) throw new Error(`the query gives ${others.length + 1} series, not one`);
  return first === undefined ? { kind: 'no-data' } : readingOfPoint(first.value);
}

function readingIn(data: Answer, place: { readonly at: number; readonly within: number }): Reading {
  if (data.resultType !== 'matrix') throw new Error(`the query gives a ${data.resultType} for a range`);
  const [first, ...others] = data.result;
  if (others.length > 0) throw new Error(`the query gives ${others.length + 1} series, not one`);
  const found = first?.values.find(([at]) => Math.abs(at - place.at) < place.within);
  return found === undefined ? { kind: 'no-data' } : readingOfPoint(found);
}

/** NaN is what nothing divided by nothing gives: there was no traffic. */
function readingOfPoint([, text]: readonly [number, string]): Reading {
  if (text === 'NaN') return { kind: 'no-data' };
  const value = text === '+Inf' ? Number.POSITIVE_INFINITY : text === '-Inf' ? Number.NEGATIVE_INFINITY : Number(text);
  if (!Number.isFinite(value)) throw new Error(`the query gives ${text}`);
  return { kind: 'value', value, requests: null };
}
