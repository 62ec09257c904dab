import { describe, expect, it } from 'vitest';
import { latestSigningKey, type RetirementFault, retirementFault, signingKeyFor } from './signing-keys.ts';

const key = (number: number, retired = false) => ({ keyId: `key-${number}`, number, retired });
const site = (name: string, ...trusted: readonly string[]) => ({ name, trusted });

describe('the key with which something is signed for a site', () => {
  it.each<[string, readonly ReturnType<typeof key>[], readonly string[], string | undefined]>([
    ['is the only one', [key(1)], ['key-1'], 'key-1'],
    ['is the earlier one until the site knows the later one', [key(1), key(2)], ['key-1'], 'key-1'],
    ['is the later one once the site knows it', [key(2), key(1)], ['key-1', 'key-2'], 'key-2'],
    ['is none that is retired', [key(1), key(2, true)], ['key-1', 'key-2'], 'key-1'],
    ['is the one that a site of long ago knows', [key(1), key(2), key(3)], ['key-1'], 'key-1'],
    ['is missing where the site knows none that is left', [key(1, true), key(2)], ['key-1'], undefined],
    ['is missing where the site knows none at all', [key(1)], [], undefined],
  ])('%s', (_name, keys, trusted, expected) => {
    expect(signingKeyFor(keys, trusted)?.keyId).toBe(expected);
  });

  it('is the latest for what no site has to know', () => {
    expect(latestSigningKey([key(1), key(3, true), key(2)])?.keyId).toBe('key-2');
  });
});

describe('a signing key', () => {
  it.each<[string, Parameters<typeof retirementFault>[0], RetirementFault | undefined]>([
    [
      'is retired once every site knows another one',
      { keys: [key(1), key(2)], keyId: 'key-1', sites: [site('berlin', 'key-1', 'key-2'), site('oslo', 'key-2')] },
      undefined,
    ],
    ['that is not there is not', { keys: [key(1)], keyId: 'key-9', sites: [] }, { kind: 'unknown' }],
    ['is not retired twice', { keys: [key(1, true), key(2)], keyId: 'key-1', sites: [] }, { kind: 'retired-already' }],
    [
      'is not retired as the last one',
      { keys: [key(1, true), key(2)], keyId: 'key-2', sites: [] },
      { kind: 'last-one' },
    ],
    [
      'is kept for sites that know no other one, by name',
      {
        keys: [key(1), key(2)],
        keyId: 'key-1',
        sites: [site('berlin', 'key-1', 'key-2'), site('lima', 'key-1'), site('oslo', 'key-1')],
      },
      { kind: 'cuts-off', sites: ['lima', 'oslo'] },
    ],
    [
      'is kept for a site whose other key is retired, unless it knows a third',
      {
        keys: [key(1), key(2, true), key(3)],
        keyId: 'key-1',
        sites: [site('lima', 'key-1', 'key-2'), site('oslo', 'key-1', 'key-2', 'key-3')],
      },
      { kind: 'cuts-off', sites: ['lima'] },
    ],
    [
      'is not kept for a site that never knew it',
      { keys: [key(1), key(2)], keyId: 'key-2', sites: [site('lima', 'key-1'), site('nobody')] },
      undefined,
    ],
  ])('%s', (_name, question, fault) => {
    expect(retirementFault(question)).toEqual(fault);
  });
});
