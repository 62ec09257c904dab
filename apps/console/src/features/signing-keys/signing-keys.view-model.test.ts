import type { SigningKeys } from '@almanac/protocol';
import { describe, expect, it } from 'vitest';
import { retirementWords } from './signing-keys.view-model.ts';

const key = (number: number, depending = 0, retiredAt: string | null = null): SigningKeys['keys'][number] => ({
  keyId: `key-${number}`,
  publicKey: '',
  number,
  createdAt: '2026-01-05T08:00:00.000Z',
  createdBy: 'ada',
  retiredAt,
  retiredBy: null,
  sites: { knowing: 3, using: 0, depending },
});
const of = (...keys: SigningKeys['keys']): SigningKeys => ({ keys, sites: 3, behind: [], behindCount: 0 });

describe('what is said of retiring a signing key', () => {
  it('is nothing of the last one, and of one that is retired', () => {
    const [last, retired] = [key(2), key(1, 0, '2026-01-06T08:00:00.000Z')];

    expect(retirementWords(of(last, retired), last)).toBeUndefined();
    expect(retirementWords(of(last, retired), retired)).toBeUndefined();
  });

  it.each([
    [0, 'No site depends on it: every site that knows it knows another one.', false],
    [1, '1 site knows no other key and would take no order any more, until its agent enrols anew.', true],
    [2, '2 sites know no other key and would take no order any more, until their agents enrol anew.', true],
  ])('counts the %i sites that depend on it', (depending, text, cutsOff) => {
    const earlier = key(1, depending);

    expect(retirementWords(of(key(2), earlier), earlier)).toEqual({ text, cutsOff });
  });
});
