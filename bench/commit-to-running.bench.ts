import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { addApplication, askSite, createRepository, type Repository, startEstate, waitUntil } from '@almanac/testkit';
import type { Benchmark } from './benchmark.ts';

const turns = 3;

/** Work that takes about 20 seconds on one core, as a build would, and nothing of it by waiting. */
const build = `import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
const until = Date.now() + 20_000;
let digest = 'start';
while (Date.now() < until) for (let i = 0; i < 10_000; i += 1) digest = createHash('sha256').update(digest).digest('hex');
writeFileSync('built.txt', digest);
`;
const server = `import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
readFileSync('built.txt');
createServer((request, response) => response.end(readFileSync('turn.txt'))).listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
`;
const manifest = `application: bench
modules:
  web: { build: node build.js, start: node server.js, health: / }
`;

/** From a push event to serving in Development, against the same checkout, build and boot by hand. */
export const benchmark: Benchmark = {
  name: 'commit-to-running',
  about:
    'from a push event to serving in Development, against git clone, the same build and the same boot by hand, in turn',
  run: async () => {
    const directory = await mkdtemp(join(tmpdir(), 'almanac-bench-'));
    const repository = await createRepository(join(directory, 'repository'));
    await repository.commit('feat: start', {
      'package.json': '{ "type": "module" }',
      'build.js': build,
      'server.js': server,
      'almanac.yaml': manifest,
      'turn.txt': '0',
    });
    const estate = await startEstate();
    try {
      await addApplication(estate.client, repository.path);
      const ours: number[] = [];
      const byHand: number[] = [];
      for (let turn = 1; turn <= turns; turn += 1) {
        const commit = await repository.commit(`feat: turn ${turn}`, { 'turn.txt': String(turn) });
        ours.push(
          await timed(async () => {
            await estate.client.reportPush({ params: { application: 'bench' }, body: { commit } });
            await waitUntil(
              'the commit to be served',
              async () =>
                (await askSite({ port: estate.sitePorts[0], application: 'bench', path: '/' })).body === String(turn),
              120,
            );
          }),
        );
        byHand.push(await timed(() => deployByHand({ repository, into: join(directory, `by-hand-${turn}`), turn })));
      }
      return [
        { figure: 'by Almanac', unit: 's', values: ours },
        { figure: 'by hand', unit: 's', values: byHand },
        {
          figure: 'ratio',
          unit: '×',
          values: ours.map((value, index) => value / (byHand[index] ?? Number.NaN)),
          bar: { words: 'at most 1.3', holds: (median) => median <= 1.3 },
        },
      ];
    } finally {
      await estate.stop();
      await estate.remove();
      await rm(directory, { recursive: true, force: true });
    }
  },
};

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1000;
}

async function deployByHand(input: {
  readonly repository: Repository;
  readonly into: string;
  readonly turn: number;
}): Promise<void> {
  await input.repository.git('clone', '--quiet', input.repository.path, input.into);
  await promisify(execFile)(process.execPath, ['build.js'], { cwd: input.into });
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const child = spawn(process.execPath, ['server.js'], {
    cwd: input.into,
    env: { ...process.env, PORT: String(port) },
    stdio: 'ignore',
  });
  try {
    await waitUntil(
      'the application',
      async () => (await askSite({ port, application: 'bench', path: '/' })).body === String(input.turn),
    );
  } finally {
    child.kill();
  }
}
