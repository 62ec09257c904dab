import { describe, expect, it } from 'vitest';
import {
  refusalOfAssertion,
  rememberedUntil,
  type SamlAssertion,
  type SamlConfirmation,
  samlRules,
} from './saml-assertion.ts';

const now = Date.UTC(2026, 0, 1);
const { skewMs, bearer } = samlRules;
const expected = { issuer: 'https://idp', audience: 'https://us', recipient: 'https://us/acs', request: '_1' };
const confirmation = {
  method: bearer,
  recipient: 'https://us/acs',
  inResponseTo: '_1',
  notBefore: null,
  notOnOrAfter: now + 300_000,
};
const sound: SamlAssertion = {
  issuer: 'https://idp',
  audiences: [['https://us']],
  notBefore: now,
  notOnOrAfter: now + 300_000,
  confirmations: [confirmation],
  sessionsEnd: [],
};
const refusalOf = (changed: Partial<SamlAssertion>, at = now) =>
  refusalOfAssertion({ ...sound, ...changed }, expected, at);
const confirmed = (changed: Partial<SamlConfirmation>) => ({
  confirmations: [{ ...confirmation, ...changed }],
});

describe('an assertion', () => {
  it('is taken when it is of the provider, for us, in answer to our request, and now', () => {
    expect(refusalOf({})).toBeUndefined();
    expect(refusalOf({ audiences: [['https://others', 'https://us'], ['https://us']] })).toBeUndefined();
  });

  it.each([
    ['other-issuer', { issuer: 'https://idp/' }],
    ['no-audience', { audiences: [] }],
    ['other-audience', { audiences: [['https://others']] }],
    ['other-audience', { audiences: [['https://us'], ['https://others']] }],
    ['other-audience', { audiences: [['https://US']] }],
    ['no-confirmation', { confirmations: [] }],
    ['no-confirmation', { confirmations: [confirmation, confirmation] }],
    ['no-confirmation', confirmed({ method: 'urn:oasis:names:tc:SAML:2.0:cm:sender-vouches' })],
    ['other-recipient', confirmed({ recipient: 'https://us/acs/' })],
    ['other-recipient', confirmed({ recipient: null })],
    ['other-request', confirmed({ inResponseTo: '_2' })],
    ['other-request', confirmed({ inResponseTo: null })],
    ['no-end', { notOnOrAfter: null }],
    ['no-end', confirmed({ notOnOrAfter: null })],
    ['session-over', { sessionsEnd: [now - skewMs] }],
    ['expired', confirmed({ notOnOrAfter: now - skewMs })],
    ['too-early', { notBefore: now + skewMs + 1 }],
  ] as const)('is refused as %s', (why, changed) => {
    expect(refusalOf(changed as Partial<SamlAssertion>)).toBe(why);
  });

  it('holds within a minute of its times, and not beyond', () => {
    const end = now + 300_000;
    expect(refusalOf({}, now - skewMs)).toBeUndefined();
    expect(refusalOf({}, now - skewMs - 1)).toBe('too-early');
    expect(refusalOf({}, end + skewMs - 1)).toBeUndefined();
    expect(refusalOf({}, end + skewMs)).toBe('expired');
  });

  it('is remembered as used for longer than it can be taken, and for a day at the most', () => {
    expect(rememberedUntil(sound, now)).toBeGreaterThan(now + 300_000 + skewMs);
    expect(rememberedUntil({ notOnOrAfter: now + 1e12 }, now)).toBe(now + 86_400_000);
  });
});
