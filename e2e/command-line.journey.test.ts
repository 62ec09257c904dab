import { type ChildProcess, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  almanacProgram,
  askSite,
  createRepository,
  type Estate,
  freePorts,
  type Repository,
  runAlmanac,
  startEstate,
  waitUntil,
  whenRunning,
} from '@almanac/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** Answers with its greeting, and with a word that nobody but its site may know. */
const server = `
const words = process.env.GREETING + ', ' + (process.env.SECRET_WORD ?? 'nobody') + ', version 1';
require('node:http').createServer((request, response) => response.end(words)).listen(process.env.PORT, '127.0.0.1');
console.log('listening for ' + process.env.ALMANAC_VERSION);
`;

const manifest = `application: greeter
modules:
  web:
    start: [node, server.js]
    health: /
    stopGrace: 1
    startTimeout: 5
settings:
  GREETING: { default: Hello }
  SECRET_WORD: { secret: true }
`;

describe('the walk by command line', () => {
  let estate: Estate;
  let directory: string;
  let repository: Repository;
  let agent: ChildProcess | undefined;
  let edgePort: number;

  /** As the account whose configuration stands in a folder of the test. */
  const almanac = (words: string, input = '') => runAlmanac(words.split(' '), { server: estate, directory, input });

  /** Runs a command that must succeed. */
  async function done(words: string, input?: string): Promise<string> {
    const ended = await almanac(words, input);
    expect(ended).toMatchObject({ status: 0, complaint: '' });
    return ended.output;
  }

  /** Where the applications of the other site live; their accounts may pass. */
  const ofEdge = () => ({ ...process.env, ALMANAC_RUNTIME_DIR: join(directory, 'runtime') });

  const greets = async (port: number) => (await askSite({ application: 'greeter', port, path: '/' })).body;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'almanac command line '));
    await chmod(directory, 0o711);
    repository = await createRepository(join(directory, 'greeter'));
    await repository.commit('feat: greet', { 'almanac.yaml': manifest, 'server.js': server });
    estate = await startEstate();
    const setup = new URL(estate.setupUrl ?? '').searchParams.get('token') ?? '';
    await estate.client.completeSetup({ body: { token: setup, name: 'ada', password: 'correct horse battery' } });
  });

  afterAll(async () => {
    agent?.kill('SIGTERM');
    if (agent !== undefined) {
      const ended = new Promise((resolve) => agent?.once('exit', resolve));
      await ended;
      const stopping = spawn(
        process.execPath,
        [almanacProgram, 'agent', 'stop-all', '--server', estate.url, '--data', 'edge'],
        {
          cwd: directory,
          stdio: 'ignore',
          env: ofEdge(),
        },
      );
      await new Promise((resolve) => stopping.once('exit', resolve));
    }
    await estate?.stop();
    await estate?.remove();
    await rm(directory, { recursive: true, force: true });
  });

  it('says what is wrong, what to do, and by its status of which kind it is', async () => {
    expect(await almanac('--server http://127.0.0.1:1 status')).toMatchObject({
      status: 9,
      complaint: expect.stringContaining('Is the server running?'),
    });
    expect(await almanac('status')).toMatchObject({
      status: 3,
      complaint: expect.stringContaining('Sign in with "almanac login"'),
    });
    expect(await almanac('dploy greeter')).toMatchObject({ status: 2, complaint: expect.stringContaining('deploy') });
    expect(await almanac('login --name ada --password-stdin', 'wrong')).toMatchObject({ status: 3 });
  });

  it('signs in, and keeps the token where only this account can read it', async () => {
    expect(await done('login --name ada --password-stdin', 'correct horse battery\n')).toContain('Signed in');

    expect(statSync(join(directory, 'config/almanac/login.json')).mode & 0o777).toBe(0o600);
    expect(await done('status')).toContain('almanac sample load');
    expect(await almanac('app show nothing')).toMatchObject({ status: 5 });
  });

  it('adds an application from a folder, which runs in Development soon after', async () => {
    expect(await done('app add ./greeter --dry-run')).toContain('greeter');
    expect(await done('app add ./greeter')).toContain('Added greeter');

    const commit = await repository.git('rev-parse', 'HEAD');
    await whenRunning(estate.client, { application: 'greeter', commit });
    expect(await greets(estate.sitePorts[0])).toBe('Hello, nobody, version 1');
    expect(await done('build log greeter 1')).toContain('feat: greet');
    expect(await done('logs greeter --env development')).toContain('listening for');
  });

  it('sets a secret, which reaches the application and nobody else', async () => {
    expect(await done('settings set greeter SECRET_WORD --env development', 'xyzzy\n')).toContain('configure');
    expect(await done('configure greeter --in development')).toMatch(/succeeded/);

    expect(await greets(estate.sitePorts[0])).toBe('Hello, xyzzy, version 1');
    expect(await done('settings list greeter')).not.toContain('xyzzy');
    expect(await done('settings list greeter --json')).not.toContain('xyzzy');
  });

  it('rotates a secret at once, tells who did it, and in what environments differ', async () => {
    expect(await done('settings set greeter SECRET_WORD --env development --apply', 'plugh\n')).toMatch(/succeeded/);

    expect(await greets(estate.sitePorts[0])).toBe('Hello, plugh, version 1');
    const history = await done('settings history greeter SECRET_WORD');
    expect(history.match(/development +\(secret [0-9a-f]{6}\) +ada/g)).toHaveLength(2);
    const differences = await done('settings compare greeter --from development --to quality');
    expect(differences).toMatch(/SECRET_WORD +\(secret [0-9a-f]{6}\) +-/);
    expect(differences).not.toContain('GREETING');
  });

  it('brings a site from anywhere into an environment', async () => {
    const { enrolment } = JSON.parse(await done('site add edge --env quality --json'));
    edgePort = await freePorts(1);
    agent = spawn(
      process.execPath,
      [
        almanacProgram,
        'agent',
        'run',
        '--server',
        estate.url,
        '--token',
        enrolment.token,
        '--data',
        'edge',
        '--front-port',
        `${edgePort}`,
      ],
      { cwd: directory, stdio: 'ignore', env: ofEdge() },
    );

    await waitUntil('the site', async () => /edge.*online/.test(await done('site list')), 30);
  });

  it('promotes a version to every site of an environment, and goes back', async () => {
    expect(await done('version tag greeter')).toContain('0.1.0');
    expect(await done('promote greeter --to quality --dry-run')).toContain('greeter');
    expect(await done('promote greeter --to quality')).toContain('succeeded');
    for (const port of [estate.sitePorts[1], edgePort]) expect(await greets(port)).toBe('Hello, nobody, version 1');

    const commit = await repository.edit('server.js', (text) => text.replace('version 1', 'version 2'), 'feat: two');
    await estate.client.reportPush({ params: { application: 'greeter' }, body: { commit } });
    await whenRunning(estate.client, { application: 'greeter', commit });
    await done('version tag greeter --number 2.0.0');
    expect(await done('deploy greeter --to quality --version 2.0.0')).toContain('0.1.0 → 2.0.0');
    expect(await greets(edgePort)).toBe('Hello, nobody, version 2');
    expect(await done('rollback greeter --in quality')).toContain('2.0.0 → 0.1.0');

    for (const port of [estate.sitePorts[1], edgePort]) expect(await greets(port)).toBe('Hello, nobody, version 1');
  });

  it('ends with 1 and the reason when a version does not come up, and keeps the one before', async () => {
    const commit = await repository.edit('server.js', (text) => `process.exit(3);\n${text}`, 'fix: break it');
    await estate.client.reportPush({ params: { application: 'greeter' }, body: { commit } });
    await waitUntil(
      'the build',
      async () =>
        (await estate.client.listBuilds({ params: { application: 'greeter' } })).items.some(
          (each) => each.commit === commit && each.state === 'succeeded',
        ),
      60,
    );

    const failed = await almanac('deploy greeter --to quality');

    expect(failed).toMatchObject({ status: 1, output: expect.stringContaining('it ended with exit status 3') });
    expect(await greets(edgePort)).toBe('Hello, nobody, version 1');
  });

  it('prints documents for programs, and the same story for people', async () => {
    const board = JSON.parse(await done('status --json'));

    expect(board.rows).toMatchObject([{ application: { name: 'greeter' } }]);
    expect(await done('status')).toMatch(/greeter .*0\.1\.0/);
    expect(await done('plan list')).toMatch(/succeeded/);
    expect(await done('about')).toContain('on 4 sites');
    expect(await done('logout')).toContain('Signed out');
    expect(await almanac('status')).toMatchObject({ status: 3 });
  });
});
