import { expect, test } from 'vitest';
import { missingEntries, readLockfile } from './lockfile.ts';

test('npm ci accepts the lockfile: every optional package of every platform has an entry (npm run lockfile adds them)', () => {
  const { packages } = readLockfile();

  expect(Object.keys(packages).length).toBeGreaterThan(100);
  expect(missingEntries(packages).map(({ name, wantedBy }) => `${name} for ${wantedBy}`)).toEqual([]);
});

test('a missing entry is noticed even where another version of the package is there', () => {
  const packages = {
    'node_modules/a': { version: '1.0.0', optionalDependencies: { '@a/linux-x64': '1.0.0' } },
    'node_modules/@a/linux-x64': { version: '1.0.0' },
    'node_modules/b/node_modules/a': { version: '2.0.0', optionalDependencies: { '@a/linux-x64': '2.0.0' } },
  };

  expect(missingEntries(packages)).toEqual([
    { wantedBy: 'node_modules/b/node_modules/a', name: '@a/linux-x64', version: '2.0.0' },
  ]);
});
