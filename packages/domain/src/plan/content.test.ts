import { describe, expect, it } from 'vitest';
import type { BuildId, EnvironmentId } from '../identity/id.ts';
import { contentFacts, isSameTarget } from './content.ts';
import { anOperation, applicationId, aTarget } from './plan-for-tests.ts';

const content: Parameters<typeof contentFacts>[0] = {
  environment: 'environment-1' as EnvironmentId,
  failurePolicy: 'stop',
  operations: [anOperation('orders'), anOperation('catalog')],
  choices: [[applicationId('orders'), {}, null]],
  neighbourhood: [[applicationId('search'), aTarget('old-search')]],
};

describe('the content of a plan', () => {
  it('is the same in any order, under any keys of operations', () => {
    const [orders = anOperation('orders'), catalog = anOperation('catalog')] = content.operations;
    const again = { ...orders, after: { ...aTarget('new-orders'), operation: 'another key' } };

    expect(contentFacts({ ...content, operations: [catalog, again] })).toBe(contentFacts(content));
  });

  it.each([
    ['another build', { operations: [anOperation('orders', { after: aTarget('newer-orders') })] }],
    ['another environment before it', { operations: [anOperation('orders', { before: aTarget('old-orders') })] }],
    ['a value that comes with it', { choices: [[applicationId('orders'), { A: '1' }, null]] }],
    ['a neighbour that moved', { neighbourhood: [[applicationId('search'), aTarget('new-search')] as const] }],
    ['a neighbour that is gone', { neighbourhood: [[applicationId('search'), undefined] as const] }],
    ['another failure policy', { failurePolicy: 'return' as const }],
  ])('is another one by %s', (_title, other) => {
    expect(contentFacts({ ...content, ...other })).not.toBe(contentFacts(content));
  });

  it('asks for the same again by build and settings alone', () => {
    const target = { ...aTarget('orders'), settingsHash: 'a' };

    expect(isSameTarget(target, { build: target.build, settingsHash: 'a' })).toBe(true);
    expect(isSameTarget(target, { build: target.build, settingsHash: 'b' })).toBe(false);
    expect(isSameTarget(target, { build: 'build-2' as BuildId, settingsHash: 'a' })).toBe(false);
    expect(isSameTarget(null, { build: target.build, settingsHash: 'a' })).toBe(false);
  });
});
