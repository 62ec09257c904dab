import type { EnvironmentStateView, ReleaseDetail } from '@almanac/protocol';
import { describe, expect, it } from 'vitest';
import { aBuild, anEnvironment, aRelease } from '../plans/plans-for-tests.ts';
import {
  createCommand,
  presenceWords,
  releaseColumns,
  releaseOf,
  releaseRows,
  withVersion,
} from './release.view-model.ts';

const quality = anEnvironment('quality');
const production = anEnvironment('production');

const spring: ReleaseDetail = {
  ...aRelease('spring', { catalog: '1.4.0', orders: '2.0.0' }),
  environments: [{ environment: quality, running: 1 }],
  cells: [],
};
const running = (application: string, environment: typeof quality, label: string): ReleaseDetail['cells'][number] => ({
  application: spring.versions.find((each) => each.application.name === application)?.application.id ?? ('' as never),
  environment: environment.id,
  build: aBuild(label),
});

describe('a release across environments', () => {
  it.each([
    ['1.4.0', 'here', 'here'],
    ['1.3.9', 'older', '1.3.9, older'],
    ['1.10.0', 'newer', '1.10.0, newer'],
    ['1.4.0+3', 'other', '1.4.0+3, another build'],
  ])('says of an environment that runs %s that it is %s', (label, presence, words) => {
    const [catalog] = releaseRows({ ...spring, cells: [running('catalog', quality, label)] }, [quality, production]);

    expect(catalog?.cells.map((each) => each.presence)).toEqual([presence, 'absent']);
    expect(catalog?.cells.map(presenceWords)).toEqual([words, 'not here']);
  });

  it('shows a version whose build is gone, wherever it still runs as another', () => {
    const [gone] = releaseRows(
      {
        ...spring,
        versions: spring.versions.map((each) => ({ ...each, build: null })),
        cells: [running('catalog', quality, '1.4.0')],
      },
      [quality],
    );

    expect(gone).toMatchObject({ gone: true, cells: [{ presence: 'other' }] });
  });

  it('counts how much of it each environment runs', () => {
    expect(releaseColumns(spring, [quality, production]).map((each) => [each.running, each.total])).toEqual([
      [1, 2],
      [0, 2],
    ]);
  });
});

it('a release of an environment names its versions, and tells what has none', () => {
  const state = [
    ['catalog', aBuild('1.4.0')],
    ['orders', aBuild('c0ffee12')],
    ['search', null],
  ] as const;
  const applications = state.map(([name, build]) => ({
    application: { id: name, name },
    build,
    facts: [],
  })) as unknown as EnvironmentStateView['applications'];

  expect(releaseOf({ applications })).toEqual({
    versions: [{ application: 'catalog', number: '1.4.0' }],
    nameless: [
      { application: 'orders', label: 'c0ffee12' },
      { application: 'search', label: 'a build that is gone' },
    ],
  });
});

it('a release has one version of each application, and is the same as a command', () => {
  const one = withVersion([], { application: 'orders', number: '2.0.0' });
  const two = withVersion(one, { application: 'catalog', number: '1.4.0' });
  const versions = withVersion(two, { application: 'orders', number: '2.1.0' });

  expect(createCommand({ name: 'spring', content: { versions } })).toBe(
    'almanac release create spring catalog@1.4.0 orders@2.1.0',
  );
  expect(createCommand({ name: '', content: { versions: [] } })).toBe(
    'almanac release create <name> <application>@<version>…',
  );
  expect(createCommand({ name: 'spring', content: { from: '' } })).toBe(
    'almanac release create spring --from <environment>',
  );
});
