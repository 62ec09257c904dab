import { describe, expect, it } from 'vitest';
import { graphWords, planGraph } from './plan-graph.view-model.ts';
import { aBuild, anOperation } from './plans-for-tests.ts';

const catalog = { application: 'catalog', provides: ['catalog'], consumes: [] };
const orders = { application: 'orders', provides: ['orders'], consumes: ['catalog'] };
const storefront = { application: 'storefront', provides: [], consumes: ['catalog', 'orders'] };
const unrelated = { application: 'wiki', provides: [], consumes: [] };

describe('the graph of a plan', () => {
  it('holds what the plan changes and what that touches, and nothing else', () => {
    const graph = planGraph({
      operations: [anOperation('catalog', { before: aBuild('1.0.0'), after: aBuild('2.0.0') })],
      after: [catalog, orders, storefront, unrelated],
      broken: [],
    });

    expect(graph.nodes.map((each) => each.application)).toEqual(['catalog', 'orders', 'storefront']);
    expect(graph.nodes[0]?.change).toEqual({ before: '1.0.0', after: '2.0.0', kind: 'deploy' });
    expect(graph.edges.map((each) => `${each.consumer} → ${each.producer}`)).toEqual([
      'orders → catalog',
      'storefront → catalog',
    ]);
    expect(graphWords(graph)).toBe('1 application changed, 2 neighbours, 2 references');
  });

  it('marks references that would not hold, once', () => {
    const fault = { consumer: 'storefront', producer: 'catalog', contract: 'catalog', detail: 'GET /products is gone' };
    const graph = planGraph({
      operations: [anOperation('catalog')],
      after: [catalog, storefront],
      broken: [fault, fault],
    });

    expect(graph.edges).toEqual([
      { consumer: 'storefront', producer: 'catalog', contract: 'catalog', fault: 'GET /products is gone' },
    ]);
    expect(graph.nodes.find((each) => each.application === 'storefront')?.broken).toBe(true);
    expect(graphWords(graph)).toBe('1 application changed, 1 neighbour, 1 reference, 1 broken');
  });

  it('shows a producer that is missing as a place of its own', () => {
    const fault = { consumer: 'storefront', producer: 'nobody: catalog', contract: 'catalog', detail: 'missing' };
    const graph = planGraph({ operations: [anOperation('storefront')], after: [storefront], broken: [fault] });

    expect(graph.nodes.map((each) => each.application)).toEqual(['nobody: catalog', 'storefront']);
  });

  it('leaves out what a removal takes away', () => {
    const graph = planGraph({
      operations: [anOperation('catalog', { kind: 'remove', after: null })],
      after: [catalog, orders],
      broken: [],
    });

    expect(graph.edges).toEqual([]);
    expect(graph.nodes).toHaveLength(1);
  });
});
