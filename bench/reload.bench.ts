import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Client } from '@almanac/client';
import type { Build } from '@almanac/protocol';
import {
  addApplication,
  askSite,
  createRepository,
  freePorts,
  type LoadResult,
  startEstate,
  startLoad,
  waitUntil,
  whenRunning,
} from '@almanac/testkit';
import type { Benchmark, Figure } from './benchmark.ts';
import { commitTurn } from './reload/application.ts';
import { startPm2 } from './reload/pm2.ts';

const root = join(import.meta.dirname, '..');
const turns = 5;
const instances = 4;
/** PM2 replaces so many of more than two instances at a time. */
const extra = 2;
const perSecond = 200;
/** Every other turn goes back to the earlier build. */
const wanted = ['--confirm', 'downgrade'];

interface Rolled {
  readonly seconds: number;
  readonly lost: number;
}

/** One way to ask for the same. */
interface Way {
  readonly name: 'command' | 'API';
  readonly ours: (turn: number) => Promise<unknown>;
  readonly theirs: () => Promise<void>;
}

/** A rolling deployment under load, against `pm2 reload` of the same application. */
export const benchmark: Benchmark = {
  name: 'reload',
  about: `a rolling deployment of ${instances} instances under ${perSecond} requests a second over kept connections (one in five a POST), ${extra} replaced at a time: almanac deploy of a build that is there, until its plan succeeded, against pm2 reload in cluster mode with wait_ready; by their commands, and by their APIs without the start of a command`,
  run: async () => {
    await promisify(execFile)('npm', ['run', 'build:dist'], { cwd: root });
    const directory = await mkdtemp(join(tmpdir(), 'almanac-bench-'));
    const repository = await createRepository(join(directory, 'repository'));
    const commits = [await commitTurn(repository, { turn: 0, instances, extra })];
    const estate = await startEstate();
    const port = await freePorts(1);
    const pm2 = await startPm2({ directory, port, instances }).catch(async (error: unknown) => {
      await estate.stop();
      throw error;
    });
    try {
      await addApplication(estate.client, repository.path);
      commits.push(await commitTurn(repository, { turn: 1, instances, extra }));
      const commit = commits[1] ?? '';
      await estate.client.reportPush({ params: { application: 'bench' }, body: { commit } });
      await whenRunning(estate.client, { application: 'bench', commit });
      const { items } = await estate.client.listBuilds({ params: { application: 'bench' } });
      const buildOf = (turn: number) => {
        const build = items.find((each) => each.commit === commits[turn % 2]);
        if (build === undefined) throw new Error(`turn ${turn} was not built`);
        return build;
      };
      const almanac = (build: number) =>
        promisify(execFile)(
          process.execPath,
          [
            join(root, 'dist/almanac.mjs'),
            'deploy',
            'bench',
            '--to',
            'development',
            '--build',
            String(build),
            ...wanted,
          ],
          { env: { PATH: process.env['PATH'] ?? '', ALMANAC_SERVER: estate.url, ALMANAC_TOKEN: estate.token } },
        );
      const ways: readonly Way[] = [
        { name: 'command', ours: (turn) => almanac(buildOf(turn).number), theirs: pm2.reloadByCommand },
        { name: 'API', ours: (turn) => deploy(estate.client, buildOf(turn).id), theirs: pm2.reload },
      ];
      const figures: Figure[] = [];
      const lost = { ours: 0, theirs: 0 };
      let turn = 2;
      for (const way of ways) {
        const ours: Rolled[] = [];
        const theirs: Rolled[] = [];
        for (const end = turn + turns; turn < end; turn += 1) {
          ours.push(await rolled({ port: estate.sitePorts[0], body: String(turn % 2) }, () => way.ours(turn)));
          await pm2.putFiles(turn);
          theirs.push(await rolled({ port, body: String(turn) }, way.theirs));
        }
        lost.ours += ours.reduce((sum, each) => sum + each.lost, 0);
        lost.theirs += theirs.reduce((sum, each) => sum + each.lost, 0);
        const ratios = ours.map((each, index) => each.seconds / (theirs[index]?.seconds ?? Number.NaN));
        const bar = { words: 'at most 1.0', holds: (median: number) => median <= 1 };
        figures.push(
          { figure: `Almanac by ${way.name}`, unit: 's', values: ours.map((each) => each.seconds) },
          { figure: `PM2 by ${way.name}`, unit: 's', values: theirs.map((each) => each.seconds) },
          { figure: `ratio by ${way.name}`, unit: '×', values: ratios, ...(way.name === 'command' ? { bar } : {}) },
        );
      }
      return [
        ...figures,
        {
          figure: 'lost by Almanac, all turns',
          unit: 'requests',
          values: [lost.ours],
          bar: { words: 'none', holds: (median) => median === 0 },
        },
        { figure: 'lost by PM2, all turns', unit: 'requests', values: [lost.theirs] },
      ];
    } finally {
      await pm2.stop();
      await estate.stop();
      await estate.remove();
      await rm(directory, { recursive: true, force: true });
    }
  },
};

/** Deploys a build by the API, and waits until its plan succeeded. */
async function deploy(client: Client, build: Build['id']): Promise<void> {
  const operation = { kind: 'deploy', application: 'bench', source: { kind: 'build', build } } as const;
  let plan = await client.createPlan({
    body: { environment: 'development', operations: [operation], confirm: ['downgrade'], start: true },
  });
  while (plan.endedAt === null)
    plan = await client.getPlan({ params: { plan: plan.id }, query: { after: plan.revision, wait: 25 } });
  if (plan.state !== 'succeeded') throw new Error(`the plan is ${plan.state}: ${plan.reason}`);
}

/** Rolls under load, and makes sure that afterwards only the instances of this turn answer. */
async function rolled(
  input: { readonly port: number; readonly body: string },
  roll: () => Promise<unknown>,
): Promise<Rolled> {
  const { port, body } = input;
  const load = startLoad({ port, host: 'bench.localhost', path: '/', perSecond });
  let result: LoadResult;
  let seconds: number;
  try {
    await waitUntil(
      'the load to be answered',
      async () => (await askSite({ port, application: 'bench', path: '/' })).status === 200,
    );
    const startedAt = performance.now();
    await roll();
    seconds = (performance.now() - startedAt) / 1000;
    for (let ask = 0; ask < 20; ask += 1) {
      const answer = await askSite({ port, application: 'bench', path: '/' });
      if (answer.body !== body) throw new Error(`turn ${body} is not the only one that answers: ${answer.body}`);
    }
  } finally {
    result = await load.stop();
  }
  return { seconds, lost: Object.values(result.lost).reduce((sum, each) => sum + each, 0) };
}
