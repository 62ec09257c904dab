import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { askSite, startEstate, waitUntil } from '@almanac/testkit';
import type { Benchmark } from './benchmark.ts';

const turns = 3;
const run = promisify(execFile);
const identity = ['-c', 'user.name=Bench', '-c', 'user.email=bench@almanac.invalid', '-c', 'init.defaultBranch=main'];

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
    const repository = join(directory, 'repository');
    await makeRepository(repository);
    const estate = await startEstate();
    try {
      await addApplication(estate.client, repository);
      const ours: number[] = [];
      const byHand: number[] = [];
      for (let turn = 1; turn <= turns; turn += 1) {
        const commit = await commitTurn(repository, turn);
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

async function makeRepository(path: string): Promise<void> {
  await mkdir(path);
  await writeFile(join(path, 'package.json'), '{ "type": "module" }');
  await writeFile(join(path, 'build.js'), build);
  await writeFile(join(path, 'server.js'), server);
  await writeFile(join(path, 'almanac.yaml'), manifest);
  await writeFile(join(path, 'turn.txt'), '0');
  await run('git', [...identity, 'init', '--quiet'], { cwd: path });
  await run('git', ['add', '--all'], { cwd: path });
  await run('git', [...identity, 'commit', '--quiet', '--message', 'feat: start'], { cwd: path });
}

async function commitTurn(path: string, turn: number): Promise<string> {
  await writeFile(join(path, 'turn.txt'), String(turn));
  await run('git', [...identity, 'commit', '--quiet', '--all', '--message', `feat: turn ${turn}`], { cwd: path });
  return (await run('git', ['rev-parse', 'HEAD'], { cwd: path })).stdout.trim();
}

async function addApplication(
  client: Awaited<ReturnType<typeof startEstate>>['client'],
  repository: string,
): Promise<void> {
  const { id } = await client.createInspection({ body: { repository } });
  await waitUntil(
    'the inspection',
    async () => (await client.getInspection({ params: { inspection: id } })).state === 'succeeded',
  );
  await client.createApplication({ body: { inspection: id } });
  await waitUntil(
    'the first deployment',
    async () => (await client.getBoard()).rows[0]?.cells[0]?.health === 'healthy',
    120,
  );
}

async function deployByHand(input: {
  readonly repository: string;
  readonly into: string;
  readonly turn: number;
}): Promise<void> {
  await run('git', ['clone', '--quiet', input.repository, input.into]);
  await run(process.execPath, ['build.js'], { cwd: input.into });
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
