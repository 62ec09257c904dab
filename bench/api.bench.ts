import { readFile } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { privateDirectory } from '@almanac/host';
import { type Estate, startEstate } from '@almanac/testkit';
import pg from 'pg';
import { type Answered, type Heard, runCrowd } from './api/crowd.ts';
import type { Benchmark } from './benchmark.ts';
import { quantile, residentMegabytes, serverProcess } from './server-process.ts';

/** Of the crowd alone, and of the overload, each; shorter for trying out. */
const seconds = Number(process.env['ALMANAC_BENCH_SECONDS'] ?? 300);
const readers = 1000;
const writers = 50;
const times = 3;
const recovering = 40;
/** People arrive, and what the server does often becomes fast, before anything is counted. */
const settlingMs = 20_000;
/** Milliseconds between an answer and the next request of the same person. */
const thinking = { read: 4000, write: 2000 };
/** In a hurry: people who press reload. Without it three times as many people would not be too many. */
const hurrying = { read: 500, write: 500 };

/** A large crowd, three times as many for a while, most of them in a hurry, then the first ones alone again. */
export const benchmark: Benchmark = {
  name: 'api',
  about: `${readers} readers with a token each (board, applications, builds, plans of an estate of 1,000 applications; one request in about ${thinking.read / 1000} s) and ${writers} writers (one acknowledged setting in about ${thinking.write / 1000} s), all the time; after ${seconds} s twice as many more of both for ${seconds} s, who ask again ${hurrying.read / 1000} s after an answer; whoever is refused comes back as Retry-After says. Recovered is who answers five seconds in a row with a p99 of at most twice the one before, and refuses nobody`,
  run: async () => {
    const estate = await startEstate();
    try {
      await seed(estate);
      const tokens = await makeTokens(estate, readers * times);
      const server = serverProcess(estate);
      const memory = watch(() => residentMegabytes(server));
      const startedAt = performance.now() + settlingMs;
      const crowd = runCrowd({
        url: estate.url,
        tokens: tokens.slice(0, readers),
        writers,
        firstWriter: 0,
        think: thinking,
        seconds: settlingMs / 1000 + seconds * 2 + recovering,
        name: 'crowd',
      });
      await pause(settlingMs + seconds * 1000);
      const used = (await memory.stop()).slice(settlingMs / 1000);
      const overloadAt = performance.now();
      const health = watch(() => healthMilliseconds(estate));
      const rest = await runCrowd({
        url: estate.url,
        tokens: tokens.slice(readers),
        writers: writers * (times - 1),
        firstWriter: writers,
        think: hurrying,
        seconds,
        name: 'rest',
      });
      const healthy = await health.stop();
      const endedAt = performance.now();
      const base = await crowd;
      const before = between(base, startedAt, overloadAt);
      const during = between(base, overloadAt, endedAt);
      const overload = {
        served: [...during.served, ...rest.served],
        refused: [...during.refused, ...rest.refused],
        other: [...during.other, ...rest.other],
      };
      const after = between(base, endedAt, Number.POSITIVE_INFINITY);
      for (const { what } of [...base.other, ...rest.other].slice(0, 20)) console.error(`api: ${what}`);
      const p99 = p99Of(before.served);
      const most = overload.served.length + overload.refused.length + overload.other.length;
      const share = (count: number) => (100 * count) / most;
      if (overload.refused.length === 0) throw new Error('there was no overload: nothing was refused');
      return [
        { figure: 'answers at 1×', unit: 'requests/s', values: [before.served.length / seconds] },
        { figure: 'p99 at 1×', unit: 'ms', values: [p99] },
        {
          figure: 'refused or otherwise not served at 1×',
          unit: 'requests',
          values: [before.refused.length + before.other.length],
          bar: { words: 'none', holds: (median) => median === 0 },
        },
        {
          figure: 'memory of the server at 1×, end to first minute',
          unit: '%',
          values: [growth(used)],
          bar: { words: 'grows by less than 20', holds: (median) => median < 20 },
        },
        { figure: 'memory of the server after all', unit: 'MB', values: [residentMegabytes(server)] },
        { figure: 'served under overload', unit: 'requests/s', values: [overload.served.length / seconds] },
        { figure: 'p99 of what is served under overload', unit: 'ms', values: [p99Of(overload.served)] },
        {
          figure: 'refused with 429 or 503 and Retry-After',
          unit: '% of all',
          values: [share(overload.refused.length)],
        },
        {
          figure: 'any other answer under overload, or none',
          unit: 'requests',
          values: [overload.other.length],
          bar: { words: 'none', holds: (median) => median === 0 },
        },
        {
          figure: 'slowest /healthz under overload',
          unit: 'ms',
          values: [Math.max(...healthy)],
          bar: { words: 'under 2000', holds: (median) => median < 2000 },
        },
        {
          figure: 'recovered after',
          unit: 's',
          values: [recoveredAfter(after, { endedAt, bound: p99 * 2 })],
          bar: { words: 'at most 30', holds: (median) => median <= 30 },
        },
        {
          figure: 'acknowledged writes that are lost',
          unit: `of ${acknowledged(base) + acknowledged(rest)}`,
          values: [await lostWrites(estate, [base, rest])],
          bar: { words: 'none', holds: (median) => median === 0 },
        },
      ];
    } finally {
      await estate.stop();
      await estate.remove();
    }
  },
};

/** The estate of the board's benchmark, with a setting that can be written in each application. */
async function seed(estate: Estate): Promise<void> {
  const host = privateDirectory(join(estate.data, 'postgres'));
  const database = new pg.Client({ host, port: 5432, user: 'almanac', database: 'postgres' });
  await database.connect();
  await database.query(await readFile(join(import.meta.dirname, 'board', 'seed.sql'), 'utf8'));
  await database.query(
    `update builds set manifest = manifest || '{"connections":{},"settings":{"NOTE":{"secret":false,"required":false}}}' where number = 3`,
  );
  await database.end();
}

async function makeTokens(estate: Estate, count: number): Promise<readonly string[]> {
  const tokens: string[] = [];
  while (tokens.length < count) {
    const some = Array.from({ length: 20 }, (_, index) =>
      estate.client.createApiToken({ body: { name: `reader ${tokens.length + index}` } }),
    );
    tokens.push(...(await Promise.all(some)).map((each) => each.secret));
  }
  return tokens.slice(0, count);
}

/** Takes a value each second until it is stopped. */
function watch(look: () => number | Promise<number>): { readonly stop: () => Promise<readonly number[]> } {
  const values: number[] = [];
  let stopped = false;
  const running = (async () => {
    while (!stopped) {
      values.push(await look());
      await pause(1000);
    }
  })();
  return {
    stop: async () => {
      stopped = true;
      await running;
      return values;
    },
  };
}

/** On a connection of its own, as an orchestrator asks. */
function healthMilliseconds(estate: Estate): Promise<number> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    get(`${estate.url}/healthz`, { agent: false }, (response) => {
      response.resume();
      const ok = response.statusCode === 200;
      response.on('end', () => resolve(ok ? performance.now() - startedAt : Number.POSITIVE_INFINITY));
    }).on('error', () => resolve(Number.POSITIVE_INFINITY));
  });
}

/** By how many per cent the last tenth lies above the second tenth, which ends the first minute of five. */
function growth(megabytes: readonly number[]): number {
  const tenth = Math.max(1, Math.floor(megabytes.length / 10));
  const mean = (some: readonly number[]) => some.reduce((total, each) => total + each, 0) / some.length;
  return 100 * (mean(megabytes.slice(-tenth)) / mean(megabytes.slice(tenth, 2 * tenth)) - 1);
}

function p99Of(answers: readonly Answered[]): number {
  return quantile(
    answers.map((each) => each.milliseconds),
    0.99,
  );
}

/** What was asked within a time. */
function between(heard: Heard, from: number, to: number): Pick<Heard, 'served' | 'refused' | 'other'> {
  const within = (each: { readonly at: number }) => each.at >= from && each.at < to;
  return {
    served: heard.served.filter(within),
    refused: heard.refused.filter(within),
    other: heard.other.filter(within),
  };
}

/** Seconds until five seconds begin in which all is well again. */
function recoveredAfter(
  heard: Pick<Heard, 'served' | 'refused'>,
  input: { readonly endedAt: number; readonly bound: number },
): number {
  for (let second = 0; second + 5 <= recovering; second += 1) {
    const from = input.endedAt + second * 1000;
    const within = (answers: readonly Answered[]) => answers.filter((each) => each.at >= from && each.at < from + 5000);
    if (within(heard.refused).length === 0 && p99Of(within(heard.served)) <= input.bound) return second;
  }
  return Number.POSITIVE_INFINITY;
}

const acknowledged = (heard: Heard) => [...heard.acknowledged.values()].reduce((total, each) => total + each.size, 0);

async function lostWrites(estate: Estate, all: readonly Heard[]): Promise<number> {
  let lost = 0;
  for (const application of new Set(all.flatMap((each) => [...each.acknowledged.keys()]))) {
    const { settings } = await estate.client.listSettings({ params: { application } });
    const kept = new Set(settings.flatMap((each) => each.values.map((value) => value.value)));
    for (const { acknowledged: written } of all)
      for (const selector of written.get(application) ?? []) if (!kept.has(selector)) lost += 1;
  }
  return lost;
}
