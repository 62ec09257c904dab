import { hasXmlsec, makeSamlKey, xmlsecVerifies } from '@almanac/testkit';
import { describe, expect, it } from 'vitest';
import { acceptedOf } from './saml-mutations-for-tests.ts';

const seeds = Array.from({ length: 50 }, (_, index) => index + 1);
const count = 2000;

describe.skipIf(!hasXmlsec())('100,000 answers by SAML that were changed at random (apt-get install xmlsec1)', () => {
  it.each(seeds)('are refused, or say what the good one says, and xmlsec1 agrees (seed %d)', async (seed) => {
    const key = await makeSamlKey();

    const { good, accepted } = acceptedOf(key, { seed, count });

    expect(accepted.length).toBeGreaterThan(0);
    for (const { xml, read, signed } of accepted) {
      expect(read).toEqual(good);
      expect([xml, await xmlsecVerifies(xml, key, signed === 'assertion' ? 'Assertion' : 'Response')]).toEqual([
        xml,
        true,
      ]);
    }
  });
});
