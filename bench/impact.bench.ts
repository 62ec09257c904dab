import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { analyseIndexed, ImpactIndex, type ImpactQuestion } from '@almanac/domain';
import { startPostgres } from '@almanac/host';
import { type DrawnEstate, drawEstate } from '@almanac/testkit';
import pg from 'pg';
import type { Benchmark, Figure } from './benchmark.ts';
import { answerLines, drawPlans, fillIndex, teach, type Verdict } from './impact/estate-index.ts';
import { askGraph, graphOf } from './impact/on-graphology.ts';
import { askSql, fillTables, fillVerdicts } from './impact/on-sql.ts';
import { measureColdLoad } from './impact/server-load.ts';
import { quantile } from './server-process.ts';

const seed = 20_261;
const size = 10_000;
const planned = 50;
const turns = 3;
const plansInTurn = 300;
/** The slow ways of asking answer fewer plans, the same ones for all. */
const compared = 20;
const curve = [1_000, 2_500, 5_000, size];

/** The impact of plans on an estate of 10,000 applications: by the index, by SQL and by a general graph library. */
export const benchmark: Benchmark = {
  name: 'impact',
  about: `plans of ${planned} applications on ${size} applications with 100,000 modules and over 1,000,000 references in 5 environments; the same answers by one SQL statement and by graphology, in turn`,
  run: async () => {
    const figures: Figure[] = [];
    for (const applications of curve) {
      const estate = drawEstate({ applications, seed });
      const index = new ImpactIndex();
      const filled = fillIndex(index, estate);
      const plans = drawPlans(estate, { plans: plansInTurn, applications: planned });
      const verdicts = plans.flatMap((plan) => teach(index, plan, estate));
      const measured = Array.from({ length: turns }, () => measure(index, plans));
      const words = `of ${applications} applications (${filled.references} references of ${filled.builds} builds)`;
      if (applications < size) {
        figures.push({ figure: `analysis, median, ${words}`, unit: 'ms', values: measured.map((each) => each.median) });
        continue;
      }
      figures.push(
        {
          figure: `analysis, median, ${words}`,
          unit: 'ms',
          values: measured.map((each) => each.median),
          bar: { words: 'under 20', holds: (median) => median < 20 },
        },
        {
          figure: 'analysis, p99',
          unit: 'ms',
          values: measured.map((each) => each.p99),
          bar: { words: 'under 50', holds: (median) => median < 50 },
        },
        {
          figure: 'analysis of the most consumed application',
          unit: 'ms',
          values: Array.from({ length: turns }, () => measureHub(index, estate)),
        },
        ...(await compare({ index, estate, plans: plans.slice(0, compared), verdicts })),
        ...measureUpdates(index, estate),
        ...(await coldLoad(estate)),
      );
    }
    return figures;
  },
};

function milliseconds(act: () => void): number {
  const start = performance.now();
  act();
  return performance.now() - start;
}

function measure(index: ImpactIndex, plans: readonly ImpactQuestion[]) {
  const times = plans.map((plan) => milliseconds(() => void analyseIndexed(index, plan)));
  return { median: quantile(times, 0.5), p99: quantile(times, 0.99) };
}

/** A plan with the application whose first contract nearly everybody consumes, brought by the build of development. */
function measureHub(index: ImpactIndex, estate: DrawnEstate): number {
  const [environment, application] = [estate.environments.at(-1), estate.applications[0]];
  if (environment === undefined || application === undefined) throw new Error('the estate is empty');
  const times = estate.buildsOf(0).map((build) => {
    index.hold(build);
    const question = { environment, changes: [{ kind: 'deploy', application, build: build.build } as const] };
    teach(index, question, estate);
    const time = milliseconds(() => void analyseIndexed(index, question));
    index.release(build.build);
    return time;
  });
  return Math.max(...times);
}

/** What a build that comes into an environment costs: the build is made known and installed, the one before forgotten. */
function measureUpdates(index: ImpactIndex, estate: DrawnEstate): readonly Figure[] {
  const [environment] = estate.environments;
  if (environment === undefined) throw new Error('the estate has no environment');
  const random = estate.random('updates');
  const times = Array.from({ length: 3_000 }, (_, turn) => {
    const at = Math.floor(random() * estate.applications.length);
    const [newest] = estate.buildsOf(at);
    if (newest === undefined) throw new Error('an application has no build');
    const fresh = { ...newest, build: `${newest.build}-again-${turn}` as typeof newest.build, number: 100 + turn };
    return milliseconds(() => {
      index.hold(fresh);
      index.install({ environment, application: fresh.application, build: fresh.build });
      index.release(fresh.build);
    });
  });
  return [
    {
      figure: 'update of the index',
      unit: 'ms',
      values: times,
      bar: { words: 'under 1', holds: (median) => median < 1 },
    },
    {
      figure: 'update of the index, p99',
      unit: 'ms',
      values: [quantile(times, 0.99)],
      bar: { words: 'under 1', holds: (median) => median < 1 },
    },
  ];
}

/** The same plans by all three, turn by turn; an answer that differs ends the benchmark. */
async function compare(given: {
  readonly index: ImpactIndex;
  readonly estate: DrawnEstate;
  readonly plans: readonly ImpactQuestion[];
  readonly verdicts: readonly Verdict[];
}): Promise<readonly Figure[]> {
  const { index, estate, plans } = given;
  const graph = graphOf(estate);
  const directory = await mkdtemp(join(tmpdir(), 'almanac-impact-'));
  const postgres = await startPostgres({
    dataDirectory: join(directory, 'postgres'),
    logFile: join(directory, 'postgres.log'),
    mode: { kind: 'private-socket' },
    guarded: true,
  });
  const database = new pg.Client(postgres.connection);
  try {
    await database.connect();
    await fillTables(database, estate);
    await fillVerdicts(database, given.verdicts);
    const overSql: number[] = [];
    const overGraph: number[] = [];
    for (const plan of plans) {
      const own = milliseconds(() => void analyseIndexed(index, plan));
      const expected = answerLines(analyseIndexed(index, plan)).join('\n');
      let answer: readonly string[] = [];
      const byGraph = milliseconds(() => {
        answer = askGraph(graph, plan);
      });
      if (answer.join('\n') !== expected) throw new Error('graphology answers otherwise than the index');
      const start = performance.now();
      const rows = await askSql(database, plan);
      const bySql = performance.now() - start;
      if (rows.join('\n') !== expected) throw new Error('SQL answers otherwise than the index');
      overSql.push(bySql / own);
      overGraph.push(byGraph / own);
    }
    return [
      {
        figure: `SQL over the index, ${plans.length} plans, equal answers`,
        unit: 'times',
        values: overSql,
        bar: { words: 'at least 100', holds: (median) => median >= 100 },
      },
      {
        figure: `graphology over the index, ${plans.length} plans, equal answers`,
        unit: 'times',
        values: overGraph,
        bar: { words: 'at least 10', holds: (median) => median >= 10 },
      },
    ];
  } finally {
    await database.end();
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

async function coldLoad(estate: DrawnEstate): Promise<readonly Figure[]> {
  const { seconds, megabytes, emptyMegabytes } = await measureColdLoad(estate, turns);
  return [
    {
      figure: 'cold load of the index by a server, from PostgreSQL',
      unit: 's',
      values: seconds,
      bar: { words: 'under 3', holds: (median) => median < 3 },
    },
    {
      figure: 'memory of the server with the index, at the most',
      unit: 'MB',
      values: megabytes,
      bar: { words: 'under 400', holds: (median) => median < 400 },
    },
    { figure: 'memory of a server without an estate', unit: 'MB', values: [emptyMegabytes] },
  ];
}
