import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
import type { Benchmark } from './benchmark.ts';
import { commitTurn } from './reload/application.ts';
import { startPm2 } from './reload/pm2.ts';

const turns = 5;
const instances = 4;
/** PM2 replaces so many of more than two instances at a time. */
const extra = 2;
const perSecond = 200;

interface Rolled {
  readonly seconds: number;
  readonly lost: number;
}

/** A rolling deployment under load, against `pm2 reload` of the same application. */
export const benchmark: Benchmark = {
  name: 'reload',
  about: `a rolling deployment of ${instances} instances under ${perSecond} requests a second over kept connections (one in five a POST), ${extra} replaced at a time; ours from the request of a plan whose build is there until the plan succeeded; pm2 reload in cluster mode with wait_ready, by its API, so that the start of its command does not count`,
  run: async () => {
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
        return build.id;
      };
      const ours: Rolled[] = [];
      const theirs: Rolled[] = [];
      for (let turn = 2; turn < turns + 2; turn += 1) {
        ours.push(
          await rolled({ port: estate.sitePorts[0], body: String(turn % 2) }, async () => {
            let plan = await estate.client.createPlan({
              body: {
                environment: 'development',
                operations: [{ kind: 'deploy', application: 'bench', source: { kind: 'build', build: buildOf(turn) } }],
                start: true,
              },
            });
            while (plan.endedAt === null)
              plan = await estate.client.getPlan({
                params: { plan: plan.id },
                query: { after: plan.revision, wait: 25 },
              });
            if (plan.state !== 'succeeded') throw new Error(`the plan is ${plan.state}: ${plan.reason}`);
          }),
        );
        await pm2.putFiles(turn);
        theirs.push(await rolled({ port, body: String(turn) }, pm2.reload));
      }
      return [
        { figure: 'by Almanac', unit: 's', values: ours.map((each) => each.seconds) },
        { figure: 'by PM2', unit: 's', values: theirs.map((each) => each.seconds) },
        {
          figure: 'ratio',
          unit: '×',
          values: ours.map((each, index) => each.seconds / (theirs[index]?.seconds ?? Number.NaN)),
          bar: { words: 'at most 1.0', holds: (median) => median <= 1 },
        },
        {
          figure: 'lost by Almanac, all turns',
          unit: 'requests',
          values: [ours.reduce((sum, each) => sum + each.lost, 0)],
          bar: { words: 'none', holds: (median) => median === 0 },
        },
        {
          figure: 'lost by PM2, all turns',
          unit: 'requests',
          values: [theirs.reduce((sum, each) => sum + each.lost, 0)],
        },
      ];
    } finally {
      await pm2.stop();
      await estate.stop();
      await estate.remove();
      await rm(directory, { recursive: true, force: true });
    }
  },
};

/** Rolls under load, and makes sure that afterwards only the instances of this turn answer. */
async function rolled(
  input: { readonly port: number; readonly body: string },
  roll: () => Promise<void>,
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
