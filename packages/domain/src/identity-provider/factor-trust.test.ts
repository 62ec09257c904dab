import { describe, expect, it } from 'vitest';
import { type FactorTrustRule, hadSecondFactor, type SignInMethods } from './factor-trust.ts';

const rule: FactorTrustRule = { trusted: 'when-said', amr: ['mfa', 'hwk'], acr: ['urn:two'] };
const nothing: SignInMethods = { amr: [], acr: null };

describe('a second factor at a provider', () => {
  it.each([
    ['one of several methods', { amr: ['pwd', 'mfa'], acr: null }, true],
    ['the class', { amr: ['pwd'], acr: 'urn:two' }, true],
    ['a password alone', { amr: ['pwd'], acr: '0' }, false],
    ['another spelling', { amr: ['MFA', 'mfa '], acr: 'urn:two:2' }, false],
    ['nothing', nothing, false],
  ])('counts by what is said: %s', (_what, said, counts) => {
    expect(hadSecondFactor(rule, said)).toBe(counts);
  });

  it('never counts, or always does, where the provider is not asked to say so', () => {
    expect(hadSecondFactor({ ...rule, trusted: 'never' }, { amr: ['mfa'], acr: 'urn:two' })).toBe(false);
    expect(hadSecondFactor({ ...rule, trusted: 'always' }, nothing)).toBe(true);
  });

  it('counts by nothing where nothing is listed', () => {
    expect(hadSecondFactor({ trusted: 'when-said', amr: [], acr: [] }, { amr: ['mfa'], acr: 'urn:two' })).toBe(false);
  });
});
