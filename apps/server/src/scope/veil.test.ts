import { describe, expect, it } from 'vitest';
import { veilOver } from './veil.ts';

const key = '01900000-0000-7000-8000-000000000001';
const veil = veilOver({ keys: new Set([key]), names: new Set(['vault', 'vault-api']) });

describe('a veil', () => {
  it('covers names in sentences and in references, keys, and the builds beside them', () => {
    const answer = {
      detail: 'vault 1.4.0 needs GET /products, which shop does not provide; ask vault-api',
      consumer: { application: { id: key, name: 'vault' }, module: 'web', build: { id: 'b', label: '1.4.0' } },
      neighbours: [key, 'another'],
      module: 'vault',
    };

    expect(veil(answer)).toEqual({
      detail: 'hidden 1.4.0 needs GET /products, which shop does not provide; ask hidden',
      consumer: {
        application: { id: '00000000-0000-0000-0000-000000000000', name: 'hidden' },
        module: 'web',
        build: null,
      },
      neighbours: ['00000000-0000-0000-0000-000000000000', 'another'],
      // A module of one's own may be called like an application of others.
      module: 'vault',
    });
  });

  it('leaves what is not hidden as it is, words that only begin like a hidden name among it', () => {
    const answer = { detail: 'vaulted and my-vault stay', at: null, counts: [1, true], build: { id: 'b' } };

    expect(veil(answer)).toEqual(answer);
  });
});
