import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { privateDirectory } from '@almanac/host';
import { type Estate, startEstate } from '@almanac/testkit';
import pg from 'pg';
import type { Benchmark, Figure } from './benchmark.ts';
import { quantile } from './server-process.ts';

const turns = 3;
const questions = 200;
const checked = 5;

/** What an environment was, and what has changed since, as a console asks for it. */
export const benchmark: Benchmark = {
  name: 'history',
  about:
    '1,000,000 entries of 1,000 applications in 5 environments; the state at a random moment and the difference of two, over HTTP, the whole answer read',
  run: async () => {
    const estate = await startEstate();
    const database = new pg.Client({
      host: privateDirectory(join(estate.data, 'postgres')),
      port: 5432,
      user: 'almanac',
      database: 'postgres',
      statement_timeout: 0,
    });
    try {
      await database.connect();
      await database.query(await readFile(join(import.meta.dirname, 'history', 'seed.sql'), 'utf8'));
      await untilSnapshotsAreTaken(database);
      const { rows } = await database.query<{ earliest: Date; latest: Date; entries: string }>(
        'select min(at) as earliest, max(at) as latest, count(*) as entries from history',
      );
      const [span] = rows;
      if (span === undefined || Number(span.entries) !== 1_000_000)
        throw new Error('the history is not the one that was meant');
      const moment = () =>
        new Date(
          span.earliest.getTime() + Math.random() * (span.latest.getTime() - span.earliest.getTime()),
        ).toISOString();
      const environment = () => `bench-${1 + Math.floor(Math.random() * 5)}`;
      for (let check = 0; check < checked; check += 1)
        await compareWithPlainAnswer({ estate, database, environment: environment(), at: moment() });
      const ask = (what: () => string) => answerTimes(estate, what);
      const state = () => `environments/${environment()}/state?at=${moment()}`;
      const versions = () => `${state()}&facts=versions`;
      const difference = () => `environments/${environment()}/diff?from=${moment()}&to=${moment()}`;
      await ask(state);
      await ask(difference);
      const [listed, states, differences]: [number[][], number[][], number[][]] = [[], [], []];
      for (let turn = 0; turn < turns; turn += 1) {
        listed.push(await ask(versions));
        states.push(await ask(state));
        differences.push(await ask(difference));
      }
      return [
        ...figuresOf('versions at a moment', listed, 50),
        ...figuresOf('state at a moment', states, 50),
        ...figuresOf('difference of two moments', differences, 100),
      ];
    } finally {
      await database.end();
      await estate.stop();
      await estate.remove();
    }
  },
};

/** The server takes them by itself, in the background. */
async function untilSnapshotsAreTaken(database: pg.Client): Promise<void> {
  const deadline = performance.now() + 600_000;
  for (;;) {
    const { rows } = await database.query<{ taken: number }>('select count(*)::int as taken from history_snapshots');
    // 400 for 200,000 entries of 1,000 applications, and a few more while there were fewer applications.
    if ((rows[0]?.taken ?? 0) >= 5 * 400) return;
    if (performance.now() > deadline) throw new Error(`only ${rows[0]?.taken} snapshots were taken`);
    await pause(500);
  }
}

/** The state as the server tells it is the one that the newest entry of each application leaves. */
async function compareWithPlainAnswer(input: {
  readonly estate: Estate;
  readonly database: pg.Client;
  readonly environment: string;
  readonly at: string;
}): Promise<void> {
  const { environment, at } = input;
  const { rows } = await input.database.query<{ name: string; build: string; setting: string }>(
    `select h.name, h.build, p.settings -> (select s.id::text from sites s where s.environment_id = e.id) -> 'plain' ->> 'SETTING_1' as setting
     from environments e, lateral (
       select distinct on (application_id) application_name as name,
         case when kind = 'failed' then before_build_id else after_build_id end as build,
         case when kind = 'failed' then before_settings else after_settings end as settings
       from history where environment_id = e.id and at <= $2 order by application_id, at desc) h
     join pinned_settings p on p.hash = h.settings where e.name = $1 order by h.name`,
    [environment, at],
  );
  const told = await input.estate.client.getEnvironmentState({ params: { environment }, query: { at } });
  const ours = told.applications.map((each) => ({
    name: each.application.name,
    build: each.build?.id,
    setting: each.facts.find((fact) => fact.key === 'SETTING_1')?.fact.text,
  }));
  if (JSON.stringify(ours) !== JSON.stringify(rows)) throw new Error(`${environment} at ${at} is told wrongly`);
}

/** Milliseconds of each answer, one after the other. */
async function answerTimes(estate: Estate, what: () => string): Promise<number[]> {
  const times: number[] = [];
  for (let question = 0; question < questions; question += 1) {
    const url = `${estate.url}/api/v1/${what()}`;
    const began = performance.now();
    const answer = await fetch(url, { headers: { authorization: `Bearer ${estate.token}` } });
    await answer.arrayBuffer();
    if (answer.status !== 200) throw new Error(`${url} answered ${answer.status}`);
    times.push(performance.now() - began);
  }
  return times;
}

function figuresOf(what: string, turnsOf: readonly (readonly number[])[], bar: number): readonly Figure[] {
  const at = (share: number) => turnsOf.map((each) => quantile(each, share));
  const bars = { words: `under ${bar}`, holds: (median: number) => median < bar };
  return [
    { figure: `${what}, median`, unit: 'ms', values: at(0.5), bar: bars },
    { figure: `${what}, p99`, unit: 'ms', values: at(0.99), bar: bars },
  ];
}
