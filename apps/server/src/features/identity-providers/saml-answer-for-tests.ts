import type { SamlAnswer } from '@almanac/testkit';

/** When answers in tests are given and read, in milliseconds since the epoch. */
export const answeredAt = Date.UTC(2026, 0, 1);

/** An answer of a provider about which nothing is wrong. */
export const goodAnswer: SamlAnswer = {
  issuer: 'https://idp.example.com/saml',
  audience: 'https://almanac.example.com/metadata',
  recipient: 'https://almanac.example.com/assertions',
  request: '_request',
  subject: 'key-of-dora',
  attributes: { uid: ['dora'], groups: ['web-developers', 'everybody'] },
  at: answeredAt,
  assertionId: '_assertion',
};
