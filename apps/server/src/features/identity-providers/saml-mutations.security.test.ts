import { hasXmlsec, makeSamlKey, xmlsecVerifies } from '@almanac/testkit';
import { describe, expect, it } from 'vitest';
import { acceptedOf } from './saml-mutations-for-tests.ts';

const [times, count] = [50, 2000];

describe.skipIf(!hasXmlsec())('100,000 answers by SAML that were changed at random (apt-get install xmlsec1)', () => {
  it('are refused, or say what the good one says, and xmlsec1 agrees', async () => {
    const key = await makeSamlKey();
    let all = 0;
    for (let seed = 1; seed <= times; seed += 1) {
      const { good, accepted } = acceptedOf(key, { seed, count });
      all += accepted.length;
      for (const { xml, read, signed } of accepted) {
        expect(read).toEqual(good);
        expect([xml, await xmlsecVerifies(xml, key, signed === 'assertion' ? 'Assertion' : 'Response')]).toEqual([
          xml,
          true,
        ]);
      }
    }
    expect(all).toBeGreaterThan(0);
  });
});
