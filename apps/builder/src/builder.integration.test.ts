import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { JobResultInput } from '@almanac/protocol';
import { createRepository, type Repository, waitUntil } from '@almanac/testkit';
import { extract } from 'tar-stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aBuilder, type BuilderForTests } from './builder-for-tests.ts';

let builder: BuilderForTests;
let directory: string;
let repository: Repository;

beforeAll(async () => {
  builder = await aBuilder();
});

afterAll(() => builder.remove());

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'shop '));
  // Commands may run as an account of their own and leave marks here.
  await chmod(directory, 0o777);
  repository = await createRepository(join(directory, 'shop'));
});

afterEach(async () => {
  const left = builder.leftovers();
  if (left.length > 0) throw new Error(`the builder left ${left.join(', ')}`);
  await rm(directory, { recursive: true, force: true });
});

const manifest = (...lines: readonly string[]) =>
  ['application: shop', 'modules:', '  web:', '    start: node .', ...lines.map((line) => `    ${line}`), ''].join(
    '\n',
  );

/** Commits a manifest whose module `web` has some more lines, with other files, and builds it. */
async function buildOf(lines: readonly string[], files: Readonly<Record<string, string>> = {}, work = {}) {
  await repository.commit('feat: a shop', { 'almanac.yaml': manifest(...lines), ...files });
  return builder.build({ repository: repository.path, work });
}

function fault(result: JobResultInput) {
  if (result.kind !== 'fault') throw new Error(`ended as ${result.kind}`);
  return result.fault;
}

function built(result: JobResultInput) {
  if (result.kind !== 'built') throw new Error(`ended as ${JSON.stringify(result)}`);
  return result;
}

async function filesOf(result: JobResultInput): Promise<Record<string, string>> {
  const [module] = built(result).modules;
  const tar = builder.shelf.blobs.get(module?.artifact.digest ?? '');
  if (tar === undefined) throw new Error('no artifact');
  const files: Record<string, string> = {};
  for await (const entry of Readable.from([tar]).pipe(extract())) {
    let text = '';
    for await (const chunk of entry) text += String(chunk);
    files[entry.header.name] = entry.header.type === 'symlink' ? `-> ${entry.header.linkname}` : text;
  }
  return files;
}

describe('a build', () => {
  it('makes an artifact of what its command left, with a log, its commit and the commits before it', async () => {
    await repository.commit('chore: begin', { 'README.md': 'shop' });
    const { result, log } = await buildOf(['build: echo made > made.txt && echo building']);

    expect(built(result)).toMatchObject({
      commit: await repository.git('rev-parse', 'HEAD'),
      commits: [{ subject: 'feat: a shop' }, { subject: 'chore: begin' }],
      modules: [{ name: 'web', reused: false }],
    });
    expect(await filesOf(result)).toMatchObject({ 'made.txt': 'made\n', 'README.md': 'shop' });
    expect(log).toContain('building\n');
    expect(log).toMatch(/web: build succeeded after \d/);
  });

  it('gives the same digest for the same files, whenever and wherever they were written', async () => {
    const lines = ['build: mkdir -p out/b out/a && echo 1 > out/b/x && echo 2 > out/a/y'];
    const first = await buildOf(lines);
    const elsewhere = await createRepository(join(directory, 'other name'));
    await elsewhere.commit('fix: something else', {
      'almanac.yaml': manifest('build: mkdir -p out/a out/b && sleep 1 && echo 2 > out/a/y && echo 1 > out/b/x'),
    });
    const second = await builder.build({ repository: elsewhere.path });
    const files = await filesOf(first.result);

    expect(await filesOf(second.result)).toEqual({ ...files, 'almanac.yaml': expect.any(String) });
    builder.shelf.built.clear();
    const again = await builder.build({ repository: repository.path });
    expect(built(again.result).modules[0]).toMatchObject({
      reused: false,
      artifact: built(first.result).modules[0]?.artifact,
    });
    expect(built(again.result).index).toBe(built(first.result).index);
  });

  it('takes over what was built from the same input before, and builds again when an input changed', async () => {
    const lines = ['path: web', 'build: date +%N > made.txt', 'inputs: [../shared]'];
    const first = await buildOf(lines, { 'web/a': '1', 'shared/b': '1', 'docs/c': '1' });
    await repository.commit('docs: words', { 'docs/c': '2' });
    const second = await builder.build({ repository: repository.path });
    await repository.commit('fix: shared', { 'shared/b': '2' });
    const third = await builder.build({ repository: repository.path });

    expect(built(second.result).modules[0]).toMatchObject({
      reused: true,
      artifact: built(first.result).modules[0]?.artifact,
    });
    expect(second.log).toContain('nothing it depends on changed');
    expect(built(third.result).modules[0]).toMatchObject({ reused: false });
  });

  it('says when the migration of a module is another one, where the manifest says what it consists of', async () => {
    const lines = ['path: web', 'migrate: { run: npm run migrate, files: [migrations] }'];
    const keyOf = (result: JobResultInput) => built(result).modules[0]?.migration;
    const first = keyOf((await buildOf(lines, { 'web/migrations/1.sql': '1', 'web/a': '1' })).result);
    const same = keyOf((await buildOf(lines, { 'web/a': '2' })).result);
    const other = keyOf((await buildOf(lines, { 'web/migrations/2.sql': '2' })).result);
    const unsaid = keyOf((await buildOf(['path: web', 'migrate: npm run migrate'])).result);

    expect(first).toMatch(/^sha256:/);
    expect(same).toBe(first);
    expect(other).not.toBe(first);
    expect(unsaid).toBeNull();
  });

  it('sees a stated environment and nothing of its host', async () => {
    process.env['ALMANAC_TEST_SECRET'] = 'of the host';
    const { result } = await buildOf([
      'build: env | sort > environment.txt && node --version > node.txt && npm --version',
    ]);
    delete process.env['ALMANAC_TEST_SECRET'];

    const files = await filesOf(result);
    const names = (files['environment.txt'] ?? '').split('\n').map((line) => line.split('=')[0]);
    expect(names).toEqual(expect.arrayContaining(['ALMANAC_COMMIT', 'ALMANAC_MODULE', 'CI', 'HOME', 'PATH']));
    expect(names).not.toContain('ALMANAC_TEST_SECRET');
    expect(names).not.toContain('ALMANAC_BUILDER_TOKEN_FILE');
    expect(files['node.txt']).toBe(`${process.version}\n`);
  });

  it('counts its tests from their reports, which do not go into the artifact', async () => {
    const report = '<testsuite><testcase name="a"/><testcase name="b"><skipped/></testcase></testsuite>';
    const { result } = await buildOf(['test: cp given.xml report.xml', 'reports: [report.xml]'], {
      'given.xml': report,
    });

    expect(built(result).evidence).toMatchObject([{ module: 'web', kind: 'tests', passed: 1, failed: 0, skipped: 1 }]);
    expect(Object.keys(await filesOf(result))).not.toContain('report.xml');
  });

  it('whose report cannot be read says so in its log, and goes on', async () => {
    const deep = '<testsuite>'.repeat(5000);
    const { result, log } = await buildOf(['test: echo tested', 'reports: [report.xml]'], { 'report.xml': deep });

    expect(built(result).evidence).toEqual([]);
    expect(log).toContain('web: report report.xml cannot be read: ');
  });

  it('of one commit builds that commit, though the branch has gone on', async () => {
    const first = await repository.commit('feat: one', { 'almanac.yaml': manifest(), 'word.txt': 'one' });
    await repository.commit('feat: two', { 'word.txt': 'two' });

    const { result } = await builder.build({
      repository: repository.path,
      work: { commit: first, knownCommits: [first] },
    });

    expect(await filesOf(result)).toMatchObject({ 'word.txt': 'one' });
    expect(built(result).commits).toEqual([]);
  });

  it('reads a repository by its file: address as well', async () => {
    await repository.commit('feat: one', { 'almanac.yaml': manifest() });

    const address = `file://${encodeURI(repository.path)}`;
    expect(await builder.inspect({ repository: address })).toMatchObject({
      kind: 'inspected',
      manifest: { application: 'shop' },
    });
  });
});

describe('a repository', () => {
  it.each([
    ['that is not there', '/nowhere/at/all', 'repository-unreachable', 'there is no repository at'],
    [
      'by ssh',
      'ssh://git@example.invalid/shop.git',
      'repository-refused',
      'ssh: is not supported; use https: or file:',
    ],
    [
      'by the short form of ssh',
      'git@example.invalid:shop.git',
      'repository-refused',
      'neither a URL nor an absolute path',
    ],
    ['by plain http', 'http://example.invalid/shop.git', 'repository-refused', 'http: is not supported'],
    ['by a helper that runs a program', 'ext::sh -c id', 'repository-refused', 'ext: is not supported'],
    ['with credentials', 'https://me:secret@example.invalid/shop.git', 'repository-refused', 'it carries credentials'],
    ['that looks like an option', '--upload-pack=id', 'repository-refused', 'neither a URL nor an absolute path'],
  ])('%s is refused', async (_title, address, code, detail) => {
    const refused = fault(await builder.inspect({ repository: address }));

    expect(refused).toMatchObject({ outcome: 'failed', code, detail: expect.stringContaining(detail) });
    expect(refused.detail).not.toContain('secret');
  });

  it('that is a folder without git is unreachable', async () => {
    expect(fault(await builder.inspect({ repository: directory }))).toMatchObject({ code: 'repository-unreachable' });
  });

  it('without the branch says so', async () => {
    await repository.commit('feat: one', { 'almanac.yaml': manifest() });

    expect(fault(await builder.inspect({ repository: repository.path, branch: 'release' }))).toMatchObject({
      code: 'branch-missing',
      detail: expect.stringContaining('has no branch release'),
    });
  });

  it('whose server cannot be trusted, or does not answer, is unreachable', async () => {
    expect(fault(await builder.inspect({ repository: 'https://127.0.0.1:1/shop.git' }))).toMatchObject({
      code: 'repository-unreachable',
    });
  });

  it('whose commit vanished by a forced push says what to do', async () => {
    const gone = 'a'.repeat(40);
    await repository.commit('feat: one', { 'almanac.yaml': manifest() });

    expect(fault((await builder.build({ repository: repository.path, work: { commit: gone } })).result)).toMatchObject({
      code: 'commit-missing',
      detail: expect.stringMatching(/forced push.*Build the head/),
    });
  });

  it('larger than the limit is given up, and its copy does not stay', async () => {
    const small = await aBuilder({ bytes: 100_000 });
    // Slow enough to be looked at while it comes: many objects that do not compress.
    await repository.commit('feat: one', {
      'almanac.yaml': manifest(),
      ...Object.fromEntries(
        Array.from({ length: 40 }, (_, index) => [`${index}.bin`, randomBytes(400_000).toString('hex')]),
      ),
    });

    expect(fault(await small.inspect({ repository: repository.path }))).toMatchObject({ code: 'repository-too-large' });
    await small.remove();
  });
});

describe('a file that the server asks for', () => {
  const path = 'policies/production.yaml';

  it('comes with the commit at the head, and not again where that is known', async () => {
    const commit = await repository.commit('feat: a policy', { [path]: 'tests: true\n' });

    expect(await builder.read({ repository: repository.path, path })).toEqual({
      kind: 'read',
      commit,
      text: 'tests: true\n',
    });
    expect(await builder.read({ repository: repository.path, path, known: commit })).toMatchObject({ text: null });
    const next = await repository.commit('feat: another', { [path]: 'tests: false\n' });
    expect(await builder.read({ repository: repository.path, path, known: commit })).toMatchObject({
      commit: next,
      text: 'tests: false\n',
    });
  });

  it('is refused where it is missing, a link, no text, or larger than the limit, each at its commit', async () => {
    const read = async () => {
      const result = await builder.read({ repository: repository.path, path: 'policy.yaml' });
      return { ...fault(result), commit: result.kind === 'fault' ? result.commit : undefined };
    };
    const empty = await repository.commit('docs: nothing', { 'README.md': '' });
    expect(await read()).toMatchObject({ code: 'file-missing', commit: empty });

    const large = await repository.commit('feat: too much', { 'policy.yaml': '#'.repeat(70_000) });
    expect(await read()).toMatchObject({
      code: 'file-invalid',
      commit: large,
      detail: expect.stringContaining('65536'),
    });

    const binary = await repository.commit('feat: no text', { 'policy.yaml': 'tests: true\0' });
    expect(await read()).toMatchObject({ code: 'file-invalid', commit: binary, detail: 'policy.yaml is no text' });

    await rm(join(repository.path, 'policy.yaml'));
    await symlink('/etc/passwd', join(repository.path, 'policy.yaml'));
    const link = await repository.commit('feat: a link');
    expect(await read()).toMatchObject({ code: 'file-invalid', commit: link });
  });
});

describe('a manifest', () => {
  it('that is missing says where it was looked for', async () => {
    await repository.commit('feat: one', { 'README.md': 'no manifest' });

    expect(
      fault(await builder.inspect({ repository: repository.path, manifestPath: 'deploy/almanac.yaml' })),
    ).toMatchObject({
      code: 'manifest-missing',
      detail: expect.stringContaining('there is no deploy/almanac.yaml at commit'),
    });
  });

  it('with a fault gives its line, its column and the nearest key', async () => {
    await repository.commit('feat: one', { 'almanac.yaml': manifest('heatlh: /') });

    expect(fault(await builder.inspect({ repository: repository.path }))).toMatchObject({
      code: 'manifest-invalid',
      detail: expect.stringContaining('almanac.yaml:5:5: modules.web.heatlh: unknown key heatlh: did you mean health?'),
      faults: [{ line: 5, column: 5 }],
    });
  });

  it('that is a link is not followed', async () => {
    await symlink('/etc/passwd', join(repository.path, 'almanac.yaml'));
    await repository.commit('feat: a link');

    expect(fault(await builder.inspect({ repository: repository.path }))).toMatchObject({
      code: 'manifest-invalid',
      detail: 'almanac.yaml is not a regular file',
    });
  });

  it('of another application is refused with the way to rename it', async () => {
    const { result } = await buildOf([], {}, { application: { id: 'application-1', name: 'store' } });

    expect(fault(result)).toMatchObject({
      code: 'application-renamed',
      detail: expect.stringContaining('app rename store shop'),
    });
  });

  it.each([
    ['a folder that is missing', 'path: nowhere', 'manifest-invalid', 'is not in the repository'],
    [
      'an input that leaves the repository',
      'inputs: [../../etc]',
      'path-outside-repository',
      'leads out of the repository',
    ],
    ['a toolchain that is not there', 'toolchain: cobol@74', 'manifest-invalid', 'this builder has node@'],
  ])('with %s is refused', async (_title, line, code, detail) => {
    const { result } = await buildOf([line]);

    expect(fault(result)).toMatchObject({
      outcome: 'failed',
      code,
      module: 'web',
      detail: expect.stringContaining(detail),
    });
  });

  it('whose folder is a link or lies in a submodule is refused', async () => {
    await symlink('/etc', join(repository.path, 'web'));
    const linked = await buildOf(['path: web']);
    await repository.git('rm', '--quiet', 'web');
    await repository.git('update-index', '--add', '--cacheinfo', `160000,${'b'.repeat(40)},web`);
    await repository.git('commit', '--quiet', '--message', 'feat: a submodule');
    const submodule = await builder.build({ repository: repository.path });

    expect(fault(linked.result)).toMatchObject({
      code: 'path-outside-repository',
      detail: expect.stringContaining('symbolic link'),
    });
    expect(fault(submodule.result)).toMatchObject({
      code: 'path-outside-repository',
      detail: expect.stringContaining('submodule'),
    });
  });
});

describe('a command that misbehaves', () => {
  it('and fails shows its status, and its output in the log', async () => {
    const { result, log } = await buildOf(['build: echo what happened >&2; exit 3']);

    expect(fault(result)).toMatchObject({
      outcome: 'failed',
      code: 'command-failed',
      module: 'web',
      detail: expect.stringContaining('exit status 3'),
    });
    expect(log).toContain('what happened\n');
  });

  it('and fails its tests keeps their evidence', async () => {
    const report =
      '<testsuite name="cart"><testcase name="adds"><failure message="1 is not 2"/></testcase></testsuite>';
    const { result } = await buildOf(['test: exit 1', 'reports: ["*.xml"]'], { 'report.xml': report });

    expect(fault(result)).toMatchObject({ code: 'tests-failed' });
    expect(result).toMatchObject({
      evidence: [{ failed: 1, failures: [{ suite: 'cart', test: 'adds', message: '1 is not 2' }] }],
    });
  });

  it('and hangs is stopped with everything that it started', async () => {
    const marker = join(directory, 'pid');
    const { result } = await buildOf(
      [`build: "sleep 300 & echo $! > '${marker}'; sleep 300"`],
      {},
      { limits: { seconds: 1 } },
    );

    expect(fault(result)).toMatchObject({ code: 'timed-out', detail: expect.stringContaining('more than 1 seconds') });
    await waitUntil(
      'the background process to end',
      () => !existsSync(`/proc/${readFileSync(marker, 'utf8').trim()}`),
      5,
    );
  });

  it('and leaves a process in the background does not keep it', async () => {
    const marker = join(directory, 'pid');
    const { result } = await buildOf([`build: "sleep 300 & echo $! > '${marker}'"`]);

    built(result);
    await waitUntil(
      'the background process to end',
      () => !existsSync(`/proc/${readFileSync(marker, 'utf8').trim()}`),
      5,
    );
  });

  it('and floods its output is stopped', async () => {
    const { result, log } = await buildOf(['build: yes'], {}, { limits: { outputBytes: 100_000 } });

    expect(fault(result)).toMatchObject({ code: 'output-too-large' });
    expect(log.length).toBeLessThan(200_000);
  });

  it('and eats memory is stopped', async () => {
    const eat = 'node -e \\"const kept = []; setInterval(() => kept.push(Buffer.alloc(20_000_000, 1)), 10)\\"';
    const { result } = await buildOf([`build: "${eat}"`], {}, { limits: { memoryBytes: 300_000_000 } });

    expect(fault(result)).toMatchObject({ code: 'out-of-memory' });
  });

  it('and makes an artifact that is too large is refused', async () => {
    const { result } = await buildOf(
      ['build: head -c 2000000 /dev/zero > large'],
      {},
      { limits: { artifactBytes: 1_000_000 } },
    );

    expect(fault(result)).toMatchObject({ code: 'artifact-too-large', module: 'web' });
  });

  it.each([
    ['an absolute link', 'ln -s /etc/passwd secrets', 'is a link to /etc/passwd'],
    ['a link out of the folder', 'ln -s ../../../../etc/passwd secrets', 'is a link to ../'],
    [
      'links that lead out together',
      'mkdir -p a p/q && ln -s ../../a p/q/d && ln -s p/q/d/../.. e',
      'is a link to p/q/d/../..',
    ],
    ['a pipe', 'mkfifo pipe', 'neither a file nor a folder'],
  ])('and leaves %s has no artifact', async (_title, command, detail) => {
    const { result } = await buildOf([`build: ${command}`]);

    expect(fault(result)).toMatchObject({ code: 'path-outside-repository', detail: expect.stringContaining(detail) });
  });

  it('and is cancelled ends at once', async () => {
    const cancelling = new AbortController();
    const marker = join(directory, 'started');
    await repository.commit('feat: slow', { 'almanac.yaml': manifest(`build: "touch '${marker}'; sleep 300"`) });
    const running = builder.build({ repository: repository.path, signal: cancelling.signal });
    await waitUntil('the command to start', () => existsSync(marker), 20);

    cancelling.abort('cancelled');

    expect(fault((await running).result)).toMatchObject({ outcome: 'cancelled', code: 'cancelled' });
  });

  it('and cannot be started says why', async () => {
    const { result, log } = await buildOf(['build: [no-such-program, --all]']);

    const { code, detail } = fault(result);
    expect(code).toBe('command-failed');
    expect(`${detail}${log}`).toMatch(/no-such-program.*(ENOENT|No such file)/s);
  });
});

describe.runIf(process.getuid?.() === 0)('a command of a builder that is root', () => {
  it('runs as an account of its own, which can read nothing of the builder', async () => {
    const secret = join(builder.directory, 'secret');
    await writeFile(secret, 'xyzzy', { mode: 0o600 });

    const { result, log } = await buildOf([
      `build: "id -u; cat '${secret}' /etc/shadow; ls '${builder.directory}/mirrors'; true"`,
    ]);

    built(result);
    expect(Number(/^\d+$/m.exec(log)?.[0])).toBeGreaterThanOrEqual(210_000);
    expect(log).not.toContain('xyzzy');
    expect(log.match(/Permission denied/g)).toHaveLength(3);
  });

  it('is ended though it left its session, and cannot keep a part of itself running', async () => {
    const { result } = await buildOf([
      'build: "setsid sh -c \'while :; do sleep 1; done\' >/dev/null 2>&1 & sleep 0.2"',
    ]);

    built(result);
  });
});

describe('a repository that lays traps', () => {
  it('runs no hook, no filter and no alias of its own', async () => {
    const marker = join(directory, 'trapped');
    await repository.commit('feat: traps', {
      'almanac.yaml': manifest(),
      '.gitattributes': '* filter=trap\n',
      'a.txt': 'a',
    });
    await writeFile(join(repository.path, '.git/hooks/post-checkout'), `#!/bin/sh\ntouch '${marker}'\n`, {
      mode: 0o755,
    });
    await repository.git('config', 'filter.trap.smudge', `touch '${marker}'`);
    await repository.git('config', 'uploadpack.packObjectsHook', `touch '${marker}';`);
    await repository.git('config', 'core.fsmonitor', `touch '${marker}'`);

    built((await builder.build({ repository: repository.path })).result);

    expect(existsSync(marker)).toBe(false);
  });

  it('with a link inside its own folder keeps it as a link', async () => {
    await symlink('almanac.yaml', join(repository.path, 'also.yaml'));
    const { result } = await buildOf([]);

    expect(await filesOf(result)).toMatchObject({ 'also.yaml': '-> almanac.yaml' });
  });
});

describe('the branch of a hotfix', () => {
  const made = (branch: string, commit: string) => builder.makeBranch({ repository: repository.path, branch, commit });

  it('is made at its commit, as whoever owns the repository, without running a hook', async () => {
    const commit = await repository.commit('feat: one', { 'almanac.yaml': manifest() });
    await repository.commit('feat: two', { 'a.txt': 'a' });
    const hook = join(repository.path, '.git', 'hooks', 'reference-transaction');
    await writeFile(hook, `#!/bin/sh\ntouch '${directory}/marker'\n`, { mode: 0o755 });

    expect(await made('hotfix/1.0.1', commit)).toEqual({ kind: 'branch-made', made: true, detail: null });
    expect(await repository.git('rev-parse', 'hotfix/1.0.1')).toBe(commit);
    expect(existsSync(join(directory, 'marker'))).toBe(false);
    const owner = (await stat(repository.path)).uid;
    expect((await stat(join(repository.path, '.git', 'refs', 'heads', 'hotfix'))).uid).toBe(owner);
  });

  it('that is there already is taken where it contains the commit, and refused where it does not', async () => {
    const first = await repository.commit('feat: one', { 'almanac.yaml': manifest() });
    const second = await repository.commit('feat: two', { 'a.txt': 'a' });
    await repository.git('branch', 'later', second);
    await repository.git('branch', 'earlier', first);

    expect(await made('later', first)).toMatchObject({ made: true, detail: 'the branch was there already' });
    expect(fault(await made('earlier', second))).toMatchObject({ code: 'branch-taken' });
    expect(await repository.git('rev-parse', 'earlier')).toBe(first);
  });

  it('that the repository does not take is told with the command for somebody who may', async () => {
    const commit = await repository.commit('feat: one', { 'almanac.yaml': manifest() });
    // A branch of this name leaves no room for one below it.
    await repository.git('branch', 'hotfix', commit);

    expect(await made('hotfix/1.0.1', commit)).toEqual({
      kind: 'branch-made',
      made: false,
      detail: expect.stringContaining(`git push origin ${commit}:refs/heads/hotfix/1.0.1`),
    });
  });

  it('is refused for a commit that the repository does not have', async () => {
    await repository.commit('feat: one', { 'almanac.yaml': manifest() });

    expect(fault(await made('hotfix', 'c'.repeat(40)))).toMatchObject({ code: 'commit-missing' });
  });
});

describe('patches of a history', () => {
  it('are the same for a fix that was applied anew, and for nothing else', async () => {
    const base = await repository.commit('feat: one', { 'almanac.yaml': manifest(), 'a.txt': 'a\n'.repeat(30) });
    await repository.git('checkout', '--quiet', '-b', 'hotfix');
    const fix = await repository.edit('a.txt', (text) => `b\n${text}`, 'fix: it');
    await repository.git('checkout', '--quiet', 'main');
    const other = await repository.commit('feat: two', { 'c.txt': 'c' });
    await repository.git('cherry-pick', fix);
    const again = await repository.git('rev-parse', 'HEAD');

    const { result } = await builder.build({
      repository: repository.path,
      work: { commit: again, patches: [{ since: base, of: [fix, 'd'.repeat(40)] }] },
    });

    const patchOf = new Map((built(result).patches ?? []).map((each) => [each.commit, each.patch]));
    expect([...patchOf.keys()].toSorted()).toEqual([fix, other, again].toSorted());
    expect(patchOf.get(fix)).toBe(patchOf.get(again));
    expect(patchOf.get(fix)).not.toBe(patchOf.get(other));
  });

  it('are not looked at when nobody asks, or where the base is not here', async () => {
    const { result } = await buildOf([], {}, { patches: [{ since: 'e'.repeat(40), of: [] }] });

    expect(built(result).patches).toEqual([]);
    expect(built((await buildOf([], { 'x.txt': 'x' })).result).patches).toEqual([]);
  });
});
