import { describe, expect, it } from 'vitest';
import { irreversibleBetween, type MigratingBuild } from './migrations.ts';

/** A build whose modules migrate, as `{ api: 'a' }`; `a!` is one that can be undone. */
const build = (number: number, modules: Readonly<Record<string, string>>): MigratingBuild => ({
  number,
  label: `0.${number}.0`,
  migrations: Object.entries(modules).map(([module, text]) => ({
    module,
    identity: text.replace('!', ''),
    reversible: text.endsWith('!'),
  })),
});

describe('the migrations between two builds that cannot be undone', () => {
  it.each<[string, readonly MigratingBuild[], readonly string[]]>([
    ['none where nothing migrates', [build(1, {}), build(2, {})], []],
    ['none where the migration stays the same', [build(1, { api: 'a' }), build(2, { api: 'a' })], []],
    ['one that changes', [build(1, { api: 'a' }), build(2, { api: 'b' })], ['api of 0.2.0']],
    ['one that comes new', [build(1, {}), build(2, { api: 'a' })], ['api of 0.2.0']],
    ['none that its manifest says can be undone', [build(1, { api: 'a' }), build(2, { api: 'b!' })], []],
    ['none that ends', [build(1, { api: 'a' }), build(2, {})], []],
    [
      'one of a build between them, whatever the last one says',
      [build(1, { api: 'a' }), build(2, { api: 'b' }), build(3, { api: 'c!' })],
      ['api of 0.2.0'],
    ],
    [
      'the newest of each module',
      [build(1, { api: 'a' }), build(2, { api: 'b', jobs: 'x' }), build(3, { api: 'c', jobs: 'x' })],
      ['api of 0.3.0', 'jobs of 0.2.0'],
    ],
    [
      'one that came, went, and came again the same, once',
      [build(1, { api: 'a' }), build(2, {}), build(3, { api: 'a' })],
      [],
    ],
  ])('are %s', (_what, builds, expected) => {
    expect(irreversibleBetween(builds)).toEqual(expected);
    expect(irreversibleBetween(builds.toReversed())).toEqual(expected);
  });
});
