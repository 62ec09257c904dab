import { describe, expect, it } from 'vitest';
import { analyseImpact } from './analyse-impact.ts';
import type { BuildInterface } from './build-interface.ts';
import type { Change } from './change.ts';
import { aBuild, applicationId, buildId, compatible, configure, deploy, remove } from './impact-for-tests.ts';
import { sameNeighbourhood } from './neighbourhood.ts';

/** Builds whose label stands in `installed` are in the environment before the plan. */
function analyse(builds: readonly BuildInterface[], installed: readonly string[], changes: readonly Change[]) {
  return analyseImpact({
    builds,
    installed: new Map(installed.map((label) => [applicationId(label.split('@')[0] ?? ''), buildId(label)])),
    changes,
    compatible,
  });
}

const catalog1 = aBuild('catalog@1', { provides: { catalog: { 'GET /products': '1', 'GET /prices': '1' } } });
const catalog2 = aBuild('catalog@2', { provides: { catalog: { 'GET /products': '2', 'GET /prices': '1' } } });
const catalog3 = aBuild('catalog@3', { provides: { catalog: { 'GET /products': '4' } } });
const catalogWithout = aBuild('catalog@9');
const shop1 = aBuild('shop@1', { consumes: { catalog: { 'GET /products': '1', 'GET /prices': '1' } } });
const shop2 = aBuild('shop@2', { consumes: { catalog: { 'GET /products': '4' } } });
const shopByName = aBuild('shop@3', { consumes: { catalog: {} } });
const all = [catalog1, catalog2, catalog3, catalogWithout, shop1, shop2, shopByName];

describe('the impact of a plan', () => {
  it('is nothing where what is provided satisfies who consumes it', () => {
    expect(analyse(all, ['catalog@1'], [deploy('shop@1')]).findings).toEqual([]);
    expect(analyse(all, [], [deploy('shop@1'), deploy('catalog@1')]).findings).toEqual([]);
  });

  it('tells a producer that is not there, and the build that would serve', () => {
    const { findings } = analyse(all, [], [deploy('shop@1')]);

    expect(findings).toEqual([
      {
        code: 'producer-missing',
        severity: 'error',
        application: 'shop',
        consumer: { application: 'shop', build: 'shop@1', module: 'web' },
        producer: { application: 'catalog', build: null, module: null },
        contract: 'catalog',
        elements: ['GET /prices', 'GET /products'],
        subject: null,
        site: null,
        chain: [
          { link: 'change', change: deploy('shop@1') },
          { link: 'contract', contract: 'catalog', elements: ['GET /prices', 'GET /products'] },
          { link: 'producer', application: 'catalog', module: null },
        ],
        remedy: deploy('catalog@2'),
      },
    ]);
  });

  it('tells a contract that the application which had it does not provide', () => {
    expect(analyse(all, ['catalog@1', 'shop@1'], [deploy('catalog@9')]).findings).toMatchObject([
      { code: 'contract-missing', producer: { application: 'catalog', build: 'catalog@9' }, remedy: null },
    ]);
    expect(analyse(all, ['catalog@9'], [deploy('shop@3')]).findings).toMatchObject([
      { code: 'contract-missing', elements: [], remedy: deploy('catalog@3') },
    ]);
    expect(analyse([shop1], [], [deploy('shop@1')]).findings).toMatchObject([
      { code: 'contract-missing', producer: null, remedy: null },
    ]);
  });

  it('tells the exact elements that are gone or changed too much, and the consumer that would fit', () => {
    const { findings } = analyse(all, ['catalog@1', 'shop@1'], [deploy('catalog@3')]);

    expect(findings).toMatchObject([
      { code: 'element-incompatible', elements: ['GET /products'], remedy: deploy('shop@3') },
      { code: 'element-missing', elements: ['GET /prices'], remedy: deploy('shop@3') },
    ]);
    expect(findings[0]?.chain).toEqual([
      { link: 'change', change: deploy('catalog@3') },
      { link: 'contract', contract: 'catalog', elements: ['GET /products'] },
      { link: 'consumer', application: 'shop', module: 'web' },
    ]);
  });

  it('proposes the producer where the consumer is what the plan brings', () => {
    expect(analyse(all, ['catalog@1', 'shop@1'], [deploy('shop@2')]).findings).toMatchObject([
      { code: 'element-incompatible', remedy: deploy('catalog@3') },
    ]);
  });

  it('proposes nothing where both ends were chosen by a person', () => {
    expect(analyse(all, ['shop@1'], [deploy('shop@2'), deploy('catalog@1')]).findings).toMatchObject([
      { code: 'element-incompatible', remedy: null },
    ]);
  });

  it('tells consumers that remain of what is taken out', () => {
    expect(analyse(all, ['catalog@1', 'shop@1'], [remove('catalog')]).findings).toMatchObject([
      {
        code: 'consumer-remains',
        application: 'catalog',
        consumer: { application: 'shop' },
        producer: { application: 'catalog', build: null },
        remedy: remove('shop'),
      },
    ]);
    expect(analyse(all, ['catalog@1', 'shop@1'], [remove('catalog'), remove('shop')]).findings).toEqual([]);
  });

  it('warns of a consumer that was built against an earlier signature, and of a producer that is behind', () => {
    expect(analyse([catalog1, catalog2, shop1], ['catalog@1', 'shop@1'], [deploy('catalog@2')]).findings).toMatchObject(
      [{ code: 'consumer-outdated', severity: 'warning', elements: ['GET /products'], remedy: null }],
    );
    const later = aBuild('shop@7', { consumes: { catalog: { 'GET /prices': '1', 'GET /products': '1' } } });
    const behind = aBuild('catalog@0', { provides: { catalog: { 'GET /prices': '1', 'GET /products': '2' } } });
    expect(analyse([behind, catalog1, later], ['catalog@0'], [deploy('shop@7')]).findings).toMatchObject([
      { code: 'newer-producer', severity: 'warning', remedy: deploy('catalog@1') },
    ]);
  });

  it('tells a contract that two applications would provide', () => {
    const rival = aBuild('rival@1', { provides: { catalog: {} } });

    expect(analyse([...all, rival], ['catalog@1'], [deploy('rival@1')]).findings).toMatchObject([
      {
        code: 'contract-provided-twice',
        producer: { application: 'rival' },
        chain: [{ link: 'change' }, { link: 'contract' }, { link: 'producer', application: 'catalog' }],
        remedy: remove('catalog'),
      },
    ]);
  });

  it('takes a contract whose elements nobody knows by its name', () => {
    const opaque = aBuild('catalog@5', { provides: { catalog: null } });

    expect(analyse([opaque, shop1], ['catalog@5'], [deploy('shop@1')]).findings).toEqual([]);
  });

  it('asks no more of an element than to be there where nothing was there to build against', () => {
    const early = aBuild('early@1', { consumes: { catalog: { 'GET /products': null, 'GET /gone': null } } });

    expect(analyse([...all, early], ['catalog@3'], [deploy('early@1')]).findings).toMatchObject([
      { code: 'element-missing', elements: ['GET /gone'] },
    ]);
  });

  it('leaves out what was wrong before and is not touched', () => {
    const other = aBuild('other@1');

    expect(analyse([...all, other], ['catalog@3', 'shop@1'], [deploy('other@1')]).findings).toEqual([]);
    expect(analyse(all, ['catalog@3', 'shop@1'], [configure('catalog')]).findings).toEqual([]);
  });

  it('names what it read of the environment: neighbours with their builds, and whose settings', () => {
    const far = aBuild('far@1', { consumes: { catalog: { 'GET /prices': '1' } } });
    const { neighbourhood } = analyse([...all, far], ['catalog@1', 'shop@1', 'far@1'], [deploy('catalog@2')]);

    // `far` consumes only what stays as it is.
    expect([...neighbourhood.applications]).toEqual([['shop', 'shop@1']]);
    expect([...neighbourhood.settingsOf]).toEqual(['catalog']);
  });
});

describe('two neighbourhoods', () => {
  const neighbourhood = (installed: readonly string[]) =>
    analyse([...all, aBuild('other@1')], installed, [deploy('shop@1')]).neighbourhood;

  it('are the same where nothing moved that was read, whatever moved elsewhere', () => {
    expect(sameNeighbourhood(neighbourhood(['catalog@1']), neighbourhood(['other@1', 'catalog@1']))).toBe(true);
  });

  it('are not where a producer has another build, or is gone', () => {
    expect(sameNeighbourhood(neighbourhood(['catalog@1']), neighbourhood(['catalog@2']))).toBe(false);
    expect(sameNeighbourhood(neighbourhood(['catalog@1']), neighbourhood([]))).toBe(false);
  });
});
