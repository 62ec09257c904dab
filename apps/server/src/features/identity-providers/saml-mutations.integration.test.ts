import { hasXmlsec, makeSamlKey, xmlsecVerifies } from '@almanac/testkit';
import { describe, expect, it } from 'vitest';
import { acceptedOf } from './saml-mutations-for-tests.ts';

describe('answers by SAML that were changed at random', () => {
  it('are refused, or say what the good one says; xmlsec1 agrees where it is installed', async () => {
    const key = await makeSamlKey();

    const { good, accepted } = acceptedOf(key, { seed: 7, count: 200 });

    // Some changes are of nothing that counts; without them it would not be seen that anything is accepted at all.
    expect(accepted.length).toBeGreaterThan(0);
    for (const { xml, read, signed } of accepted) {
      expect(read).toEqual(good);
      if (hasXmlsec())
        expect([xml, await xmlsecVerifies(xml, key, signed === 'assertion' ? 'Assertion' : 'Response')]).toEqual([
          xml,
          true,
        ]);
    }
  }, 90_000);
});
