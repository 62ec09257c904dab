import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  addApplication,
  askSite,
  createRepository,
  type Estate,
  outputOf,
  type Repository,
  runAlmanac,
  startEstate,
  waitUntil,
  whenRunning,
} from '@almanac/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const server = (words: string) =>
  `require('node:http').createServer((_, response) => response.end('${words}')).listen(process.env.PORT, '127.0.0.1');\n`;
const manifest = `application: teller
modules:
  web: { start: [node, server.js], health: /, stopGrace: 1 }
`;
const policy = `# What Production asks of a change.
approvals:
  - name: release desk
    by: { kind: role, role: approver }
twoStep: true
`;

describe('an environment with a policy, by command line', () => {
  let directory: string;
  let estate: Estate;
  let repository: Repository;
  let approver = '';

  const almanac = (args: readonly string[], token = estate.token) =>
    runAlmanac(args, { server: estate, token, directory });
  const done = async (...args: readonly string[]) => outputOf(await almanac(args));
  const tells = async (site: 0 | 1 | 2) =>
    (await askSite({ application: 'teller', port: estate.sitePorts[site], path: '/' })).body;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'almanac governance '));
    await chmod(directory, 0o711);
    repository = await createRepository(join(directory, 'teller'));
    await repository.commit('feat: tell', { 'almanac.yaml': manifest, 'server.js': server('Monday') });
    estate = await startEstate();
    await addApplication(estate.client, repository.path);
    await done('version', 'tag', 'teller', '--number', '1.0.0');
    await writeFile(join(directory, 'policy.yaml'), policy);
  });

  afterAll(async () => {
    await estate?.stop();
    await estate?.remove();
    await rm(directory, { recursive: true, force: true });
  });

  it('takes its policy from a file, and tells the place of every fault in one', async () => {
    await writeFile(join(directory, 'wrong.yaml'), 'approvals: []\ntwostep: true\n');
    const wrong = await almanac(['policy', 'set', 'production', '--file', 'wrong.yaml']);
    expect(wrong).toMatchObject({
      status: 2,
      complaint: expect.stringContaining('2:1  twostep: unknown key twostep: did you mean twoStep?'),
    });

    expect(await done('policy', 'set', 'production', '--file', 'policy.yaml')).toContain('version 1 of the policy');
    expect(await done('policy', 'show', 'production')).toContain(
      '1 approval (release desk) by role approver, not by the requester',
    );
    const made = JSON.parse(await done('principal', 'add', 'desk', '--role', 'approver', '--json'));
    approver = made.secret;
  });

  it('puts an earlier version in force again, and shows every one', async () => {
    await writeFile(join(directory, 'stricter.yaml'), `${policy}tests: true\n`);
    await done('policy', 'set', 'production', '--file', 'stricter.yaml', '--note', 'tests too');
    expect(await done('policy', 'set', 'production', '--version', '1')).toContain('version 3 of the policy');

    const history = await done('policy', 'history', 'production');
    expect(history).toContain('version 2 by launcher');
    expect(history).toContain('tests too');
    expect(history.match(/tests must have passed/g)).toHaveLength(1);
    expect(await almanac(['policy', 'set', 'production', '--version', '9'])).toMatchObject({
      status: 2,
      complaint: expect.stringContaining('there is no version 9 of this policy'),
    });
  });

  it('is read from git, with its commit, and set by hand when nobody follows it any more', async () => {
    const policies = await createRepository(join(directory, 'policies'));
    const commit = await policies.commit('feat: a policy', { 'estate.yaml': 'minimumAge: 1\n' });
    const show = () => done('policy', 'show', 'development');

    await done('policy', 'follow', '--estate', '--repository', policies.path, '--file', 'estate.yaml');
    await waitUntil('the policy of the commit', async () => (await show()).includes('at least 1 min old'));
    expect(await show()).toContain(`version 1 from estate.yaml at ${commit.slice(0, 8)}`);
    await policies.commit('fix: nothing', { 'estate.yaml': 'minimumage: 0\n' });
    await waitUntil('the fault', async () => (await show()).includes('1:1  minimumage: unknown key'));
    expect(await almanac(['policy', 'set', '--estate', '--version', '1'])).toMatchObject({
      status: 6,
      complaint: expect.stringContaining('stop following it'),
    });

    expect(await done('policy', 'unfollow', '--estate')).toContain('set by hand from now on');
    await writeFile(join(directory, 'open.yaml'), 'tests: false\n');
    await done('policy', 'set', '--estate', '--file', 'open.yaml');
  });

  it('lets a promotion wait for a second person, stage, and switch when it is continued', async () => {
    await done('release', 'create', 'monday', 'teller@1.0.0');
    expect(await done('release', 'deploy', 'monday', '--to', 'quality')).toContain('of release monday: succeeded');
    expect(await done('release', 'show', 'monday')).toContain('development 1/1 · quality 1/1');
    expect(await almanac(['plan', 'create', '--release', 'monday', '--to', 'quality'])).toMatchObject({
      status: 6,
      complaint: expect.stringContaining('quality runs all that is to come of release monday already'),
    });
    const promoted = await done('promote', 'teller', '--from', 'quality', '--to', 'production');
    expect(promoted).toContain('release desk: 1 of 1 approvals are missing');
    const number = /Plan (\d+) in production/.exec(promoted)?.[1] ?? '';
    expect(await done('why', 'teller@1.0.0', 'production')).toContain('who: role approver');

    expect(await almanac(['plan', 'approve', number])).toMatchObject({ status: 4 });
    expect((await almanac(['plan', 'approve', number, '--comment', 'seen'], approver)).status).toBe(0);
    const staged = await done('plan', 'show', number, '--follow');
    expect(staged).toContain('staged');
    expect(await tells(2)).not.toBe('Monday');
    await done('plan', 'continue', number);

    expect(await tells(2)).toBe('Monday');
    await done('plan', 'report', number, '--html', 'report.html');
    const report = await readFile(join(directory, 'report.html'), 'utf8');
    expect(report).toContain('desk');
    expect(report).toContain('1.0.0');
  });

  it('is not brought back to a bad build by the branch that it follows', async () => {
    const commit = await repository.commit('feat: tell Tuesday', { 'server.js': server('Tuesday') });
    await estate.client.reportPush({ params: { application: 'teller' }, body: { commit } });
    await whenRunning(estate.client, { application: 'teller', commit });
    await done('version', 'tag', 'teller', '--number', '1.1.0');

    await done('quarantine', 'add', 'teller@1.1.0', '--reason', 'Tuesday is wrong');
    await done('rollback', 'teller', '--in', 'development');

    expect(await tells(0)).toBe('Monday');
    expect(await almanac(['deploy', 'teller', '--version', '1.1.0', '--to', 'quality'])).toMatchObject({
      status: 6,
      complaint: expect.stringContaining('Tuesday is wrong'),
    });
    expect(await done('quarantine', 'list')).toContain('Tuesday is wrong');
    expect(await tells(0)).toBe('Monday');
  });

  it('begins nothing while it is frozen, and goes on when that is lifted', async () => {
    await done('freeze', 'add', 'quality', '--name', 'inventory', '--reason', 'we count');
    const refused = await almanac([
      'plan',
      'create',
      '--from',
      'development',
      '--to',
      'quality',
      '--configure',
      'teller',
      '--start',
    ]);
    expect(refused).toMatchObject({ status: 6, complaint: expect.stringContaining('we count') });
    const waiting = await done(
      'plan',
      'create',
      '--to',
      'quality',
      '--configure',
      'teller',
      '--start',
      '--wait-for-thaw',
    );
    const number = /Plan (\d+) in quality: scheduled/.exec(waiting)?.[1] ?? '';

    await done('freeze', 'lift', 'inventory', '--reason', 'all is counted');

    expect(await done('plan', 'show', number, '--follow')).toContain('succeeded');
  });
});
