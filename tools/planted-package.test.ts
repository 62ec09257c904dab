import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { repository, runProgram } from './run-program.ts';

/** A package that leaves a mark when its install script runs, as the registry of this test serves it. */
const manifest = JSON.stringify({ name: 'planted', version: '1.0.0', scripts: { postinstall: 'touch ../../owned' } });
const tarball = gzipSync(tarOf('package/package.json', manifest));
const integrityOf = (bytes: Buffer) => `sha512-${createHash('sha512').update(bytes).digest('base64')}`;

/** One file as tar(5) has it, with nothing that packages do not need. */
function tarOf(name: string, text: string): Buffer {
  const head = Buffer.alloc(512);
  head.write(name);
  head.write('0000644\0', 100);
  head.write('0000000\0'.repeat(2), 108);
  head.write(`${Buffer.byteLength(text).toString(8).padStart(11, '0')}\0`, 124);
  head.write('00000000000\0', 136);
  head.write('        0', 148);
  head.write('ustar\x0000', 257);
  const sum = head.reduce((total, byte) => total + byte, 0);
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const body = Buffer.alloc(Math.ceil(Buffer.byteLength(text) / 512) * 512);
  body.write(text);
  return Buffer.concat([head, body, Buffer.alloc(1024)]);
}

let registry: Server;
let served = tarball;
beforeAll(async () => {
  registry = createServer((request, response) => {
    if (request.url?.endsWith('.tgz') === true) return void response.end(served);
    const dist = { tarball: `${addressOf()}/planted/-/planted-1.0.0.tgz`, integrity: integrityOf(served) };
    const versions = { '1.0.0': { ...JSON.parse(manifest), hasInstallScript: true, dist } };
    response.end(JSON.stringify({ name: 'planted', 'dist-tags': { latest: '1.0.0' }, versions }));
  });
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  registry.closeAllConnections();
  registry.close();
});

const addressOf = () => `http://127.0.0.1:${(registry.address() as AddressInfo).port}`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'almanac-planted-'));
  served = tarball;
  return () => rmSync(folder, { recursive: true, force: true });
});

/** Installs the package by a lockfile with this checksum, under the settings of this repository. */
async function install(integrity: string) {
  const dependencies = { planted: '1.0.0' };
  const own = { name: 'own', version: '1.0.0', dependencies };
  const packages = {
    '': own,
    'node_modules/planted': { version: '1.0.0', integrity, hasInstallScript: true },
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(own));
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ ...own, lockfileVersion: 3, packages }));
  copyFileSync(join(repository, '.npmrc'), join(folder, '.npmrc'));
  const environment = { npm_config_registry: addressOf(), npm_config_cache: join(folder, 'cache') };
  const args = ['ci', '--prefix', folder, '--loglevel=error'];
  return runProgram({ command: 'npm', args, environment, output: 'collect' });
}

const installed = () => {
  const modules = join(folder, 'node_modules');
  return existsSync(modules) ? readdirSync(modules).filter((name) => !name.startsWith('.')) : [];
};

describe('a package in whose place a registry serves another one', () => {
  test('is not installed', async () => {
    served = gzipSync(tarOf('package/package.json', manifest.replace('touch', 'touch  ')));

    const { code, output } = await install(integrityOf(tarball));

    expect(output).toContain('EINTEGRITY');
    expect(code).not.toBe(0);
    expect(installed()).toEqual([]);
  });
});

describe('the install script of a package', () => {
  test('does not run, whatever npm does by itself', async () => {
    const { code } = await install(integrityOf(tarball));

    expect(code).toBe(0);
    expect(installed()).toEqual(['planted']);
    expect(existsSync(join(folder, 'owned'))).toBe(false);
  });
});
