import type { Finding } from '@almanac/protocol';
import { describe, expect, it } from 'vitest';
import {
  brokenReferences,
  chainWords,
  findingsSummary,
  fixOf,
  referenceWords,
  sortFindings,
} from './finding.view-model.ts';
import { aBuild, aFinding } from './plans-for-tests.ts';

const application = (name: string) =>
  ({ id: `application ${name}`, name }) as NonNullable<NonNullable<Finding['consumer']>['application']>;
const storefront = { application: application('storefront'), build: aBuild('1.0.0'), module: 'web' };
const catalog = { application: application('catalog'), build: aBuild('2.0.0'), module: 'api' };
const broken = aFinding({ consumer: storefront, producer: catalog, contract: 'catalog', elements: ['GET /products'] });

describe('findings', () => {
  it('are shown errors first, by application', () => {
    const warning = aFinding({ severity: 'warning', code: 'downgrade', application: 'a' });
    const sorted = sortFindings([warning, aFinding({ application: 'z' }), aFinding({ application: 'b' })]);

    expect(sorted.map((each) => each.application)).toEqual(['b', 'z', 'a']);
  });

  it('are counted in words, with what is still to be confirmed', () => {
    const downgrade = aFinding({ severity: 'warning', code: 'downgrade' });

    expect(findingsSummary([], new Set())).toBe('nothing speaks against it');
    expect(findingsSummary([aFinding(), aFinding(), downgrade], new Set())).toBe('2 errors, 1 warning, 1 to confirm');
    expect(findingsSummary([downgrade], new Set(['downgrade']))).toBe('1 warning');
  });

  it('name both ends of a reference and its operations, not more than can be read', () => {
    const many = Array.from({ length: 7 }, (_, index) => `GET /${index}`);

    expect(referenceWords(broken)).toMatchObject({ consumer: 'storefront 1.0.0', producer: 'catalog 2.0.0', more: 0 });
    expect(referenceWords({ ...broken, elements: many })).toMatchObject({ elements: many.slice(0, 5), more: 2 });
    expect(referenceWords({ ...broken, producer: null })).toMatchObject({ producer: 'nobody' });
    expect(referenceWords(aFinding())).toBeNull();
  });

  it('tell the way from the change to whoever it breaks', () => {
    const chain: Finding['chain'] = [
      { link: 'change', change: { kind: 'deploy', application: application('catalog'), build: aBuild('2.0.0') } },
      { link: 'contract', contract: 'catalog', elements: ['GET /products'] },
      { link: 'consumer', application: application('storefront'), module: 'web' },
    ];

    expect(chainWords({ ...broken, chain })).toEqual([
      'deploy catalog 2.0.0',
      'catalog: GET /products',
      'consumer storefront/web',
    ]);
    expect(chainWords(aFinding())).toEqual([]);
  });
});

describe('the step that mends a finding', () => {
  const fix = (remedy: Finding['remedy']) => fixOf({ ...broken, remedy: remedy ?? null });

  it('adds a version, or a build that has none', () => {
    expect(fix({ kind: 'deploy', application: application('storefront'), build: aBuild('1.1.0') })).toEqual({
      kind: 'choose',
      application: 'storefront',
      choice: { kind: 'version', number: '1.1.0' },
      label: 'Add storefront 1.1.0 to the plan',
    });
    expect(fix({ kind: 'deploy', application: application('storefront'), build: aBuild('c0ffee12') })).toMatchObject({
      choice: { kind: 'build', build: aBuild('c0ffee12').id },
    });
  });

  it('removes a consumer with what it consumes', () => {
    expect(fix({ kind: 'remove', application: application('storefront') })).toMatchObject({
      choice: { kind: 'remove' },
      label: 'Remove storefront with it',
    });
  });

  it('gives a missing setting a value, also where only its name is told', () => {
    const given = { kind: 'give-setting', application: 'orders', key: 'PAYMENT_KEY' };

    expect(fix({ kind: 'set-setting', application: application('orders'), key: 'PAYMENT_KEY' })).toMatchObject(given);
    expect(fixOf(aFinding({ code: 'setting-missing', application: 'orders', subject: 'PAYMENT_KEY' }))).toMatchObject(
      given,
    );
  });

  it('is none where no click can take it', () => {
    expect(fixOf(broken)).toBeNull();
    expect(fix({ kind: 'deploy', application: application('storefront') })).toBeNull();
  });
});

it('only errors of references are broken lines of the graph', () => {
  const findings = [broken, { ...broken, producer: null }, { ...broken, severity: 'warning' as const }, aFinding()];

  expect(brokenReferences(findings).map((each) => each.producer)).toEqual(['catalog', 'nobody: catalog']);
});
