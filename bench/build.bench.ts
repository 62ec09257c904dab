import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createRepository, type Estate, type Repository, startEstate, waitUntil } from '@almanac/testkit';
import type { Benchmark, Figure } from './benchmark.ts';
import { longestTurn, type Turn } from './build/longest-turn.ts';
import { quantile, residentMegabytes, serverProcess } from './server-process.ts';

const busyBuilds = 70;
const otherBuilds = 10;
const others = ['few-a', 'few-b', 'few-c'];
const megabytes = 100;
const largestLog = 16 * 1024 * 1024;

/** A queue of 100 builds of four applications over two builder processes, cancelling, and a build that floods its log. */
export const benchmark: Benchmark = {
  name: 'build',
  about: `${busyBuilds} builds of one application and ${otherBuilds} of each of three others, requested in that order, over two builder processes with one workplace each; then a build is cancelled in the queue and one while it runs, with another one waiting; then a build prints ${megabytes} MB while another reader lists the applications`,
  run: async () => {
    const directory = await mkdtemp(join(tmpdir(), 'almanac-bench-'));
    process.env['ALMANAC_BUILDER_CONCURRENCY'] = '1';
    const estate = await startEstate();
    const second = startBuilder(estate, join(directory, 'builder'));
    try {
      await standStill(estate);
      return [
        ...(await measureOrder(estate, directory)),
        ...(await measureCancelling(estate, directory)),
        ...(await measureLog(estate, directory)),
      ];
    } finally {
      await endBuilder(second);
      await estate.stop();
      await estate.remove();
      await rm(directory, { recursive: true, force: true });
    }
  },
};

function startBuilder(estate: Estate, data: string): ChildProcess {
  const program = join(import.meta.dirname, '..', 'apps', 'builder', 'src', 'main.ts');
  return spawn(process.execPath, [program], {
    env: {
      ...process.env,
      ALMANAC_SERVER: estate.url,
      ALMANAC_BUILDER_TOKEN_FILE: join(estate.data, 'tokens', 'builder'),
      ALMANAC_DATA: data,
      ALMANAC_BUILDER_NAME: 'second',
      // Accounts are given away in the runtime directory: builders of one machine share it.
      ALMANAC_RUNTIME_DIR: join(estate.directory, 'runtime'),
    },
    stdio: 'ignore',
  });
}

async function endBuilder(builder: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => builder.once('exit', resolve));
  if (builder.kill('SIGTERM')) await ended;
}

/** Nothing is deployed by itself: only builds are measured. */
async function standStill(estate: Estate): Promise<void> {
  const { revision } = await estate.client.getEnvironment({ params: { environment: 'development' } });
  await estate.client.updateEnvironment({
    params: { environment: 'development' },
    body: { following: { kind: 'none' } },
    revision,
  });
}

/** An application that is only built, with a commit of its own for each build that is asked for. */
async function addBuilt(
  estate: Estate,
  input: { readonly directory: string; readonly name: string; readonly build: string },
): Promise<Repository> {
  const { name } = input;
  const repository = await createRepository(join(input.directory, name));
  await repository.commit('feat: begin', {
    'almanac.yaml': `application: ${name}\nmodules:\n  web: { build: "${input.build}" }\n`,
  });
  const { id } = await estate.client.createInspection({ body: { repository: repository.path } });
  await waitUntil('the inspection to succeed', async () => {
    const { state, fault } = await estate.client.getInspection({ params: { inspection: id } });
    if (fault !== null) throw new Error(fault.detail);
    return state === 'succeeded';
  });
  await estate.client.createApplication({ body: { inspection: id } });
  return repository;
}

const buildsOf = async (estate: Estate, application: string) =>
  (await estate.client.listBuilds({ params: { application }, query: { limit: 100 } })).items;

const buildNow = (estate: Estate, application: string, commit: string) =>
  estate.client.createBuild({ params: { application }, body: { commit } });

function whenAllEnded(estate: Estate, application: string): Promise<boolean> {
  return waitUntil(
    `all builds of ${application} to end`,
    async () => (await buildsOf(estate, application)).every((each) => each.endedAt !== null),
    300,
  );
}

async function measureOrder(estate: Estate, directory: string): Promise<readonly Figure[]> {
  const asked: { readonly application: string; readonly commit: string }[] = [];
  for (const name of ['busy', ...others]) {
    const repository = await addBuilt(estate, { directory, name, build: 'cat turn.txt || true' });
    await whenAllEnded(estate, name);
    for (let turn = 0; turn < (name === 'busy' ? busyBuilds : otherBuilds); turn += 1)
      asked.push({
        application: name,
        commit: await repository.commit('feat: turn', { 'turn.txt': `${name} ${turn}` }),
      });
  }
  const startedAt = performance.now();
  // The queue is full before the first of the others is asked for.
  for (const { application, commit } of asked) await buildNow(estate, application, commit);
  for (const name of ['busy', ...others]) await whenAllEnded(estate, name);
  const seconds = (performance.now() - startedAt) / 1000;
  const turns: Turn[] = [];
  for (const application of ['busy', ...others]) {
    for (const { state, createdAt, startedAt: began, number } of await buildsOf(estate, application)) {
      if (state !== 'succeeded' || began === null) throw new Error(`build ${number} of ${application} is ${state}`);
      if (number > 1) turns.push({ application, asked: Date.parse(createdAt), began: Date.parse(began) });
    }
  }
  return [
    { figure: 'queue of 100 builds', unit: 's', values: [seconds] },
    {
      figure: 'builds of the busy application while another one waited for its turn, at most',
      unit: 'builds',
      values: [Math.max(...others.map((waiting) => longestTurn({ turns, busy: 'busy', waiting })))],
      // Its own share is one in each round; a second one may go ahead while a build of the other still runs.
      bar: { words: 'at most 2', holds: (median) => median <= 2 },
    },
  ];
}

async function measureCancelling(estate: Estate, directory: string): Promise<readonly Figure[]> {
  const slow = await addBuilt(estate, { directory, name: 'slow', build: 'sleep 600' });
  const quick = await addBuilt(estate, { directory, name: 'quick', build: 'true' });
  await whenAllEnded(estate, 'quick');
  await slow.commit('feat: more', { 'more.txt': '1' });
  const commit = await slow.git('rev-parse', 'HEAD');
  await buildNow(estate, 'slow', commit);
  await waitUntil('both builders to be at work', async () =>
    (await buildsOf(estate, 'slow')).every((each) => each.state === 'running'),
  );
  const waiting = await buildNow(estate, 'quick', await quick.commit('feat: more', { 'more.txt': '1' }));
  const queued = await buildNow(estate, 'slow', await slow.commit('feat: most', { 'more.txt': '2' }));
  const inQueue = performance.now();
  const { state } = await estate.client.cancelBuild({ params: { build: queued.id } });
  const queuedMs = performance.now() - inQueue;
  if (state !== 'cancelled') throw new Error(`the queued build is ${state}`);
  const running = (await buildsOf(estate, 'slow')).filter((each) => each.state === 'running');
  const atWork = performance.now();
  for (const { id } of running.slice(0, 1)) await estate.client.cancelBuild({ params: { build: id } });
  await waitUntil(
    'the freed builder to take the next build',
    async () => (await estate.client.getBuild({ params: { build: waiting.id } })).startedAt !== null,
  );
  const runningSeconds = (performance.now() - atWork) / 1000;
  for (const { id } of running.slice(1)) await estate.client.cancelBuild({ params: { build: id } });
  await whenAllEnded(estate, 'quick');
  return [
    {
      figure: 'a queued build is cancelled after',
      unit: 'ms',
      values: [queuedMs],
      bar: { words: 'under 1000', holds: (median) => median < 1000 },
    },
    {
      figure: 'a running build is ended and its builder at the next one after',
      unit: 's',
      values: [runningSeconds],
      bar: { words: 'under 3', holds: (median) => median < 3 },
    },
  ];
}

async function measureLog(estate: Estate, directory: string): Promise<readonly Figure[]> {
  const line = `${'x'.repeat(99)}\n`;
  const print = `node -e "const line = '${line.trim()}\\\\n'.repeat(1000); for (let i = 0; i < ${megabytes * 10}; i += 1) require('node:fs').writeSync(1, line)"`;
  const server = serverProcess(estate);
  const before = residentMegabytes(server);
  let most = before;
  const milliseconds: number[] = [];
  await addBuilt(estate, {
    directory,
    name: 'noisy',
    build: print.replaceAll('\\', '\\\\').replaceAll('"', '\\"'),
  });
  const startedAt = performance.now();
  for (let ended = false; !ended; ) {
    for (let ask = 0; ask < 10; ask += 1) {
      const askedAt = performance.now();
      await estate.client.listApplications();
      milliseconds.push(performance.now() - askedAt);
      most = Math.max(most, residentMegabytes(server));
      await pause(10);
    }
    const [build] = await buildsOf(estate, 'noisy');
    ended = build !== undefined && build.endedAt !== null;
    if (ended && build?.state !== 'succeeded') throw new Error(`the noisy build is ${build?.state}`);
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const [build] = await buildsOf(estate, 'noisy');
  if (build === undefined) throw new Error('the noisy build is gone');
  const { size, end } = await readWholeLog(estate, build.id);
  if (!end.includes('the log is longer than 16 MiB; the rest is not kept'))
    throw new Error(`the log does not say that it was cut: ${end}`);
  return [
    { figure: `a build that prints ${megabytes} MB`, unit: 's', values: [seconds] },
    {
      figure: 'p99 of another read meanwhile',
      unit: 'ms',
      values: [quantile(milliseconds, 0.99)],
      bar: { words: 'under 250', holds: (median) => median < 250 },
    },
    {
      figure: 'memory of the server, growth',
      unit: 'MB',
      values: [most - before],
      bar: { words: 'under 150', holds: (median) => median < 150 },
    },
    {
      figure: 'log that is kept, with a word where it was cut',
      unit: 'MB',
      values: [size / 1e6],
      bar: { words: 'at most 16 MiB', holds: (median) => median * 1e6 <= largestLog + 1000 },
    },
  ];
}

async function readWholeLog(
  estate: Estate,
  build: Awaited<ReturnType<typeof buildNow>>['id'],
): Promise<{ readonly size: number; readonly end: string }> {
  let size = 0;
  let end = '';
  for (let after = 0, complete = false; !complete; ) {
    const part = await estate.client.readBuildLog({ params: { build }, query: { after } });
    size += Buffer.byteLength(part.text);
    end = (end + part.text).slice(-200);
    after = part.next;
    complete = part.complete;
  }
  return { size, end };
}
