import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Manifest, readManifests } from './architecture/manifests.ts';
import { type Entry, readLockfile } from './lockfile.ts';
import { type Given, packageFaults } from './package-faults.ts';
import { repository } from './run-program.ts';

const read = (path: string) => readFileSync(join(repository, path), 'utf8');
const nothing = { scripts: {}, dependencies: {}, devDependencies: {}, optionalDependencies: {}, peerDependencies: {} };
const integrity = `sha512-${'A'.repeat(86)}==`;
const sound: Given = {
  packages: {
    '': { dependencies: { good: '1.0.0' }, optionalDependencies: { '@rolldown/binding-darwin-arm64': '1.0.0' } },
    'apps/web': { dependencies: { '@almanac/web': '0.1.0' } },
    'node_modules/@almanac/web': { resolved: 'apps/web', link: true },
    'node_modules/good': { version: '1.0.0', integrity, dependencies: { inner: '^2.0.0 || >=3 <4' } },
    'node_modules/inner': { version: '2.1.0', integrity },
    'node_modules/@rolldown/binding-darwin-arm64': { version: '1.0.0', optional: true, os: ['darwin'], cpu: ['arm64'] },
  },
  manifests: {
    '': {
      ...nothing,
      dependencies: { good: '1.0.0' },
      optionalDependencies: { '@rolldown/binding-darwin-arm64': '1.0.0' },
    },
    'apps/web': { ...nothing, dependencies: { '@almanac/web': '0.1.0' } },
  },
  settings: read('.npmrc'),
  decisions: '| `good`, `@rolldown/binding-darwin-arm64` | tests |',
};

const withEntry = (path: string, entry: Entry): Given => ({
  ...sound,
  packages: { ...sound.packages, [path]: { ...sound.packages[path], ...entry } },
});
const withManifest = (more: Partial<Manifest>): Given => ({
  ...sound,
  manifests: { ...sound.manifests, 'apps/web': { ...nothing, ...more } },
});
const good = 'node_modules/good';

describe('a package', () => {
  test('of this repository came in as somebody decided', () => {
    const faults = packageFaults({
      packages: readLockfile().packages,
      manifests: readManifests(),
      settings: read('.npmrc'),
      decisions: read('docs/decisions/0002-dependencies.md'),
    });

    expect(faults).toEqual([]);
  });

  test('that is sound has no fault', () => {
    expect(packageFaults(sound)).toEqual([]);
  });

  test.each<[string, Given, string]>([
    [
      'a tarball of elsewhere',
      withEntry(good, { resolved: 'https://evil.example/good-1.0.0.tgz' }),
      'comes from https',
    ],
    ['a tarball of a file', withEntry(good, { resolved: 'file:../good.tgz' }), 'comes from file:'],
    [
      'a repository',
      withEntry(good, { resolved: 'git+ssh://git@evil.example/good.git#0123456' }),
      'comes from git+ssh',
    ],
    ['a repository as its version', withEntry(good, { version: 'github:evil/good' }), 'has no version, but github:'],
    ['no checksum', withEntry(good, { integrity: undefined } as never), `${good} has no checksum`],
    ['a weak checksum', withEntry(good, { integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' }), 'proves little'],
    ['two checksums, of which one will do', withEntry(good, { integrity: `${integrity} sha1-x=` }), 'proves little'],
    ['a checksum that was cut', withEntry(good, { integrity: integrity.slice(0, 40) }), 'proves little'],
    ['an install script', withEntry(good, { hasInstallScript: true }), 'has an install script'],
    ['another name than that of its place', withEntry(good, { name: 'evil' }), 'node_modules/good is evil'],
    ['others inside of it', withEntry('node_modules/inner', { inBundle: true }), 'comes inside of another package'],
    [
      'a dependency on a repository',
      withEntry(good, { dependencies: { inner: 'evil/inner' } }),
      'wants inner as evil/inner',
    ],
    [
      'a dependency by an alias',
      withEntry(good, { dependencies: { inner: 'npm:evil@2' } }),
      'wants inner as npm:evil@2',
    ],
    [
      'a dependency by an address',
      withEntry(good, { dependencies: { inner: 'https://evil.example/x.tgz' } }),
      'wants inner',
    ],
    [
      'a dependency on whatever is newest',
      withEntry(good, { dependencies: { inner: 'latest' } }),
      'wants inner as latest',
    ],
    ['nobody who wants it', withEntry('node_modules/planted', { version: '1.0.0', integrity }), 'is wanted by nobody'],
    [
      'a place in another one that does not want it',
      withEntry('node_modules/good/node_modules/planted', { version: '1.0.0', integrity }),
      'is wanted by nobody',
    ],
    [
      'a name that looks like another one',
      withEntry('node_modules/gооd', { version: '1.0.0', integrity }),
      'has no name',
    ],
    ['a link to a folder of elsewhere', withEntry(good, { resolved: '../evil', link: true }), 'links to ../evil'],
    ['a link to ours by another name', withEntry(good, { resolved: 'apps/web', link: true }), 'links to apps/web'],
    ['a folder that nobody knows', withEntry('packages/evil', { version: '1.0.0' }), 'none of ours'],
    [
      'no checksum, and runs here',
      withEntry('node_modules/@rolldown/binding-darwin-arm64', { os: ['linux'], cpu: ['x64'] }),
      'has no checksum',
    ],
    [
      'no checksum, and is of no family that was decided for',
      {
        ...withEntry(good, { optionalDependencies: { '@evil/darwin-arm64': '1.0.0' } }),
        packages: {
          ...withEntry(good, { optionalDependencies: { '@evil/darwin-arm64': '1.0.0' } }).packages,
          'node_modules/@evil/darwin-arm64': { version: '1.0.0', optional: true, os: ['darwin'], cpu: ['arm64'] },
        },
      },
      '@evil/darwin-arm64 has no checksum',
    ],
  ])('with %s is refused in the lockfile', (_, given, fault) => {
    expect(packageFaults(given)[0]).toContain(fault);
  });

  test.each<[string, Given, string]>([
    ['a range', withManifest({ dependencies: { good: '^1.0.0' } }), 'is not one version of itself, but ^1.0.0'],
    ['another package', withManifest({ dependencies: { good: 'npm:evil@1.0.0' } }), 'but npm:evil@1.0.0'],
    ['a repository', withManifest({ devDependencies: { good: 'github:evil/good' } }), 'but github:evil/good'],
    ['an address', withManifest({ optionalDependencies: { good: 'https://evil.example/x.tgz' } }), 'but https:'],
    ['a file', withManifest({ peerDependencies: { good: 'file:../evil' } }), 'but file:../evil'],
    ['a name for which nobody decided', withManifest({ dependencies: { goood: '1.0.0' } }), 'nobody decided for goood'],
    [
      'part of a name for which somebody decided',
      withManifest({ dependencies: { goo: '1.0.0' } }),
      'nobody decided for goo',
    ],
    ['a package of ours that is none', withManifest({ dependencies: { '@almanac/evil': '0.1.0' } }), 'is none of ours'],
    ['a script that runs by itself', withManifest({ scripts: { postinstall: 'node x.js' } }), 'the script postinstall'],
    ['others in the place of some', withManifest({ overrides: { inner: 'npm:evil@1.0.0' } }), 'overrides put other'],
    ['install scripts', { ...sound, settings: sound.settings.replace('ignore-scripts=true', '') }, 'ignore-scripts'],
    [
      'another registry',
      { ...sound, settings: `${sound.settings}registry=https://evil.example/\n` },
      'names a registry',
    ],
    [
      'one for a scope',
      { ...sound, settings: `${sound.settings}@evil:registry=https://evil.example/\n` },
      'names a registry',
    ],
  ])('cannot come in by %s in a package.json or .npmrc', (_, given, fault) => {
    expect(packageFaults(given)).toEqual([expect.stringContaining(fault)]);
  });

  test('is missed by nobody because nothing was read', () => {
    expect(() => packageFaults({ ...sound, packages: {} })).toThrow('read no lockfile');
  });
});
