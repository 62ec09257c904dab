import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseManifest } from '@almanac/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { makeSampleRepositories } from './make-repositories.ts';

const run = promisify(execFile);

let into = '';
beforeEach(async () => {
  into = join(await mkdtemp(join(tmpdir(), 'almanac-sample-')), 'with a space');
});
afterEach(async () => {
  await rm(join(into, '..'), { recursive: true, force: true });
});

const git = async (path: string, ...args: readonly string[]) =>
  (await run('git', ['-C', path, '-c', 'user.name=A', '-c', 'user.email=a@example.invalid', ...args])).stdout.trim();

test('makes a repository with one commit of each application, producers first', async () => {
  const made = await makeSampleRepositories({ into });

  expect(made.map((each) => each.name)).toEqual(['catalog', 'orders', 'storefront']);
  expect(await readdir(into)).toEqual(['catalog', 'orders', 'storefront']);
  for (const { path, branch } of made) {
    expect(await git(path, 'rev-parse', '--abbrev-ref', 'HEAD')).toBe(branch);
    expect(await git(path, 'log', '--format=%an')).toBe('Almanac Sample');
    expect(await git(path, 'status', '--porcelain', '--ignored')).toBe('');
  }
});

test('carries the driver of the orders with all that it depends on, and nothing else', async () => {
  await makeSampleRepositories({ into });

  const carried = join(into, 'orders', 'vendor');
  const script = `import pg from ${JSON.stringify(join(carried, 'node_modules/pg/lib/index.js'))}; new pg.Pool();`;
  await run(process.execPath, ['--input-type=module', '--eval', script], { cwd: carried });
  expect(await readdir(join(carried, 'node_modules'))).toContain('pg-protocol');
  expect(existsSync(join(into, 'catalog', 'vendor'))).toBe(false);
});

test('leaves a repository as its people made it', async () => {
  await makeSampleRepositories({ into });
  const path = join(into, 'catalog');
  await writeFile(join(path, 'note.txt'), 'ours');
  await git(path, 'add', 'note.txt');
  await git(path, 'commit', '--quiet', '--message', 'ours');
  const before = await git(path, 'rev-parse', 'HEAD');

  await makeSampleRepositories({ into });

  expect(await git(path, 'rev-parse', 'HEAD')).toBe(before);
});

test('does not touch a folder that is in the way, and says so', async () => {
  await mkdir(join(into, 'orders'), { recursive: true });
  await writeFile(join(into, 'orders', 'thesis.txt'), 'the only copy');

  await expect(makeSampleRepositories({ into })).rejects.toThrow(/orders is in the way/);

  expect(await readFile(join(into, 'orders', 'thesis.txt'), 'utf8')).toBe('the only copy');
  expect((await readdir(into)).filter((name) => name.startsWith('.'))).toEqual([]);
});

test('prints what it made as JSON, when it is run as a program', async () => {
  const { stdout } = await run(process.execPath, [join(import.meta.dirname, 'make-repositories.ts'), '--into', into]);

  expect(JSON.parse(stdout)).toEqual(await makeSampleRepositories({ into }));
});

test('each manifest is valid, and names contracts and operations that are really provided', async () => {
  const made = await makeSampleRepositories({ into });
  const manifests = await Promise.all(
    made.map(async ({ path }) => ({
      path,
      parsed: parseManifest(await readFile(join(path, 'almanac.yaml'), 'utf8')),
    })),
  );
  const provided = new Map<string, readonly string[]>();
  const consumed: (readonly [contract: string, operation: string])[] = [];
  for (const { path, parsed } of manifests) {
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    for (const module of Object.values(parsed.manifest.modules)) {
      for (const [contract, file] of Object.entries(module.provides))
        provided.set(contract, operationsOf(await readFile(join(path, module.path, file), 'utf8')));
      for (const [contract, operations] of Object.entries(module.consumes))
        for (const operation of operations) consumed.push([contract, operation]);
    }
  }

  expect([...provided.keys()]).toEqual(['catalog', 'orders']);
  expect(consumed.length).toBeGreaterThan(3);
  for (const [contract, operation] of consumed) expect(provided.get(contract)).toContain(operation);
});

test('what every application has a copy of is the same in each', async () => {
  const read = (path: string) => readFile(join(import.meta.dirname, path), 'utf8');

  for (const path of ['orders/api/service.js', 'storefront/web/service.js'])
    expect(await read(path)).toBe(await read('catalog/api/service.js'));
  for (const path of ['orders/api/log.js', 'orders/worker/log.js', 'storefront/web/log.js'])
    expect(await read(path)).toBe(await read('catalog/api/log.js'));
});

function operationsOf(document: string): readonly string[] {
  const { paths } = parse(document) as { readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>> };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
}
