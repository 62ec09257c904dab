import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Two published releases of an application, older first. */
export interface ReleasePair {
  readonly package: string;
  readonly releases: readonly [string, string];
}

/** Small steps and large ones, servers and tools, with few dependencies and with hundreds. */
export const releasePairs: readonly ReleasePair[] = [
  { package: 'verdaccio', releases: ['6.9.1', '6.10.4'] },
  { package: 'node-red', releases: ['4.1.15', '5.0.7'] },
  { package: '@11ty/eleventy', releases: ['3.1.2', '3.1.5'] },
  { package: 'http-server', releases: ['14.1.0', '14.1.1'] },
  { package: 'eslint', releases: ['10.14.0', '10.15.0'] },
  { package: 'pm2', releases: ['7.0.3', '7.0.4'] },
  { package: 'serve', releases: ['14.2.6', '14.2.7'] },
  { package: 'json-server', releases: ['0.17.3', '0.17.4'] },
  { package: 'vite', releases: ['8.3.7', '8.3.8'] },
  { package: 'mocha', releases: ['12.0.2', '12.0.3'] },
];

/** Installs a release with all that it depends on, and packs it as artifacts are packed; gives the tar. */
export async function packRelease(directory: string, name: string, release: string): Promise<string> {
  const folder = join(directory, `${name.replaceAll(/\W/g, '-')}-${release}`);
  await mkdir(folder, { recursive: true });
  const description = {
    name: 'packed',
    private: true,
    dependencies: { [name]: release },
    // Verdaccio asks for a release of it by a tag, which not every registry carries.
    overrides: { 'node-fetch': '2.6.7' },
  };
  await writeFile(join(folder, 'package.json'), JSON.stringify(description, null, 2));
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--omit-lockfile-registry-resolved'];
  await run('npm', ['install', ...quiet], { cwd: folder, maxBuffer: 64 * 1024 ** 2 });
  const tar = `${folder}.tar`;
  const alike = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--mode=u=rwX,go=rX'];
  await run('tar', [...alike, '-cf', tar, '-C', folder, '.']);
  await rm(folder, { recursive: true });
  return tar;
}
