import { describe, expect, it } from 'vitest';
import type { Choice } from './choice.ts';
import {
  type Composition,
  choicesOfPlan,
  choiceWords,
  composeRows,
  contentOf,
  differenceOf,
  differenceWords,
  onlyDiffering,
  optionsOf,
  subjectOf,
  teamsOf,
  usualTarget,
  withoutEmpty,
} from './compose.view-model.ts';
import type { ComposeSource } from './compose-source.ts';
import { aBuild, anEnvironment, anOperation, aRelease, aRow } from './plans-for-tests.ts';

const development = anEnvironment('development');
const quality = anEnvironment('quality', { promotesFrom: development });
const production = anEnvironment('production', { promotesFrom: quality });
const environments = [development, quality, production];
const fromQuality: ComposeSource = { kind: 'environment', environment: quality };

const nothing: Composition = {
  target: 'production',
  source: fromQuality,
  choices: new Map(),
  strategies: {},
  everything: false,
  filter: '',
  team: '',
};

const rows = [
  aRow('catalog', { quality: '1.1.0', production: '1.0.0' }, { newest: '1.2.0', team: 'shop' }),
  aRow('orders', { quality: '2.0.0' }, { newest: '2.0.0', team: 'shop' }),
  aRow('search', { production: '0.9.0' }, { newest: '1.0.0' }),
  aRow('storefront', { quality: '3.0.0', production: '3.0.0' }, { newest: '3.0.0', team: 'web' }),
];
const lines = (given: Partial<Composition> = {}) =>
  composeRows({ rows, target: production, source: fromQuality, composition: { ...nothing, ...given } });

describe('the grid of the composer', () => {
  it('says how each application differs between source and target', () => {
    expect(lines().map((each) => each.difference)).toEqual(['other-build', 'only-in-source', 'only-in-target', 'same']);
    expect(differenceOf({ here: undefined, there: undefined })).toBe('nowhere');
  });

  it('says it in words that name the environments, with changed settings', () => {
    const names = { target: 'Production', source: 'Quality' };

    expect(lines().map((each) => differenceWords(each, names))).toEqual([
      'another build',
      'only in Quality',
      'only in Production',
      'same build',
    ]);
    const [changed] = composeRows({
      rows: [aRow('catalog', { production: '1.0.0', quality: '1.0.0' }, { settingsChanged: 'production' })],
      target: production,
      source: fromQuality,
      composition: nothing,
    });
    expect(changed && differenceWords(changed, names)).toBe('same build, settings changed');
  });

  it('hides what is the same unless it was chosen', () => {
    expect(onlyDiffering(lines()).map((each) => each.row.application.name)).toEqual(['catalog', 'orders', 'search']);
    const chosen = lines({ choices: new Map([['storefront', { kind: 'remove' }]]) });
    expect(onlyDiffering(chosen)).toHaveLength(4);
  });

  it('filters by name and team', () => {
    expect(lines({ filter: ' ORD ' }).map((each) => each.row.application.name)).toEqual(['orders']);
    expect(lines({ team: 'shop' }).map((each) => each.row.application.name)).toEqual(['catalog', 'orders']);
    expect(teamsOf(rows)).toEqual(['shop', 'web']);
  });

  it('takes everything that differs, except where something else was chosen', () => {
    const all = lines({ everything: true, choices: new Map([['orders', { kind: 'leave' }]]) });

    expect(all.map((each) => each.choice.kind)).toEqual(['source', 'leave', 'leave', 'leave']);
  });
});

describe('what can be chosen', () => {
  const names = { target: 'Production', source: 'Quality' };
  const labels = (application: string) => {
    const line = lines().find((each) => each.row.application.name === application);
    return line === undefined ? [] : optionsOf(line, names).map((each) => each.label);
  };

  it('names versions and environments', () => {
    expect(labels('catalog')).toEqual([
      'Leave it as it is',
      'Deploy 1.1.0, as in Quality',
      'Deploy the newest build 1.2.0',
      'Deploy another version…',
      'Tag and deploy…',
      'Apply settings',
      'Remove from Production',
    ]);
  });

  it('lets people choose how something takes over that is brought in', () => {
    const offered = (choice: Choice) => {
      const [line] = lines({ choices: new Map([['catalog', choice]]) });
      return line !== undefined && optionsOf(line, names).some((each) => each.asks === 'strategy');
    };

    expect([offered({ kind: 'latest' }), offered({ kind: 'configure' })]).toEqual([true, true]);
    expect([offered({ kind: 'leave' }), offered({ kind: 'remove' })]).toEqual([false, false]);
  });

  it('offers no removal where nothing runs, and nothing newer where that is what runs', () => {
    expect(labels('orders')).not.toContain('Remove from Production');
    expect(labels('storefront').filter((each) => each.startsWith('Deploy the newest'))).toEqual([]);
  });

  it.each([
    [{ kind: 'leave' }, 'stays'],
    [{ kind: 'source' }, 'deploy 1.1.0'],
    [{ kind: 'latest' }, 'deploy 1.2.0'],
    [{ kind: 'version', number: '1.0.5' }, 'deploy 1.0.5'],
    [{ kind: 'tag', number: null }, 'tag and deploy'],
    [{ kind: 'tag', number: '2.0.0' }, 'tag 2.0.0 and deploy'],
    [{ kind: 'configure' }, 'apply settings'],
    [{ kind: 'remove' }, 'remove'],
  ] as const)('%j reads %s', (choice: Choice, words) => {
    const [line] = lines({ choices: new Map([['catalog', choice]]) });

    expect(line && choiceWords(line)).toBe(words);
  });
});

describe('what the server is asked to compose', () => {
  it('is nothing while nothing is chosen', () => {
    expect(contentOf(nothing, {})).toBeNull();
    expect(contentOf({ ...nothing, choices: new Map([['orders', { kind: 'leave' }]]) }, {})).toBeNull();
  });

  it('is each choice, with the values that were given for it', () => {
    const choices = new Map<string, Choice>([
      ['orders', { kind: 'source' }],
      ['search', { kind: 'remove' }],
    ]);

    expect(contentOf({ ...nothing, choices }, { orders: { PAYMENT_KEY: 'x' }, gone: { A: 'b' } })).toEqual({
      operations: [
        {
          kind: 'deploy',
          application: 'orders',
          source: { kind: 'environment', environment: 'quality' },
          settings: { PAYMENT_KEY: 'x' },
        },
        { kind: 'remove', application: 'search' },
      ],
    });
  });

  it('is how it takes over this time, where something is brought in', () => {
    const choices = new Map<string, Choice>([
      ['orders', { kind: 'latest' }],
      ['catalog', { kind: 'configure' }],
      ['search', { kind: 'remove' }],
    ]);
    const strategies = { orders: 'canary:10%', catalog: 'recreate', search: 'rolling', storefront: 'rolling' };

    expect(contentOf({ ...nothing, choices, strategies }, {})?.operations).toMatchObject([
      { kind: 'deploy', application: 'orders', rollout: { strategy: 'canary', steps: [{ weight: 10 }] } },
      { kind: 'configure', application: 'catalog', rollout: { strategy: 'recreate' } },
      { kind: 'remove', application: 'search' },
    ]);
  });

  it('is everything that differs, narrowed as the grid is, with exceptions', () => {
    const content = contentOf(
      { ...nothing, everything: true, filter: 'Cat', team: 'shop', choices: new Map([['orders', { kind: 'leave' }]]) },
      {},
    );

    expect(content).toEqual({
      operations: [{ kind: 'leave', application: 'orders' }],
      differences: { from: 'quality', names: '*cat*', team: 'shop' },
    });
    expect(subjectOf(content)).toBe('everything that differs from quality');
  });

  it('is called by its applications while it is analysed', () => {
    const choices = new Map(['a', 'b', 'c', 'd'].map((name): [string, Choice] => [name, { kind: 'latest' }]));

    expect(subjectOf(contentOf({ ...nothing, choices }, {}))).toBe('a, b and 2 more');
  });
});

describe('composing by release', () => {
  const source: ComposeSource = {
    kind: 'release',
    release: aRelease('spring', { catalog: '1.1.0', orders: '2.0.0', storefront: '3.0.0' }),
  };
  const composition = { ...nothing, source };
  const ofRelease = (given: Partial<Composition> = {}) =>
    composeRows({ rows, target: production, source, composition: { ...composition, ...given } });

  it('compares the target with what the release names', () => {
    expect(ofRelease().map((each) => [each.row.application.name, each.difference, each.there?.label])).toEqual([
      ['catalog', 'other-build', '1.1.0'],
      ['orders', 'only-in-source', '2.0.0'],
      ['search', 'only-in-target', undefined],
      ['storefront', 'same', '3.0.0'],
    ]);
    const [catalog] = ofRelease();
    const names = { target: 'Production', source: 'release spring' };
    expect(catalog && optionsOf(catalog, names).map((each) => each.label)).toContain(
      'Deploy 1.1.0, as in release spring',
    );
  });

  it('takes single versions of it, or all of it with exceptions, whatever the page shows', () => {
    const choices = new Map<string, Choice>([['catalog', { kind: 'source' }]]);
    expect(contentOf({ ...composition, choices }, {})).toEqual({
      operations: [{ kind: 'deploy', application: 'catalog', source: { kind: 'version', number: '1.1.0' } }],
    });

    const all = contentOf(
      { ...composition, everything: true, filter: 'cat', choices: new Map([['orders', { kind: 'leave' }]]) },
      {},
    );
    expect(all).toEqual({ operations: [{ kind: 'leave', application: 'orders' }], release: 'spring' });
    expect(subjectOf(all)).toBe('release spring');
  });
});

it('a plan is opened with the choices that would make it again', () => {
  const choices = choicesOfPlan({
    operations: [
      anOperation('orders', { after: aBuild('2.0.0') }),
      anOperation('catalog', { after: aBuild('c0ffee12') }),
      anOperation('search', { kind: 'remove', after: null }),
      anOperation('web', { kind: 'configure' }),
    ],
  });

  expect(choices).toEqual(
    new Map([
      ['orders', { kind: 'version', number: '2.0.0' }],
      ['catalog', { kind: 'build', build: aBuild('c0ffee12').id }],
      ['search', { kind: 'remove' }],
      ['web', { kind: 'configure' }],
    ]),
  );
});

it('the last environment that differs is the usual target', () => {
  expect(usualTarget(environments, rows)?.name).toBe('production');
  expect(usualTarget(environments, [aRow('a', { development: '1.0.0' })])?.name).toBe('quality');
  expect(usualTarget(environments, [])?.name).toBe('production');
  expect(usualTarget([], [])).toBeUndefined();
});

it('addresses hold only what says something', () => {
  expect(withoutEmpty({ to: 'quality', filter: '', team: undefined, plan: 4 })).toEqual({ to: 'quality', plan: 4 });
});
