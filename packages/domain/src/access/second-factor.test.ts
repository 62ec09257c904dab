import { describe, expect, it } from 'vitest';
import {
  acceptedProofs,
  decideNextStep,
  type EnrolledFactors,
  mayGiveUpFactor,
  type SecondFactorPolicy,
} from './second-factor.ts';

const none: EnrolledFactors = { totp: false, passkeys: 0, recoveryCodes: 0 };
const app: EnrolledFactors = { totp: true, passkeys: 0, recoveryCodes: 10 };
const key: EnrolledFactors = { totp: false, passkeys: 1, recoveryCodes: 0 };
const nobody: SecondFactorPolicy = { everybody: false, roles: [] };
const everybody: SecondFactorPolicy = { everybody: true, roles: [] };
const administrators: SecondFactorPolicy = { everybody: false, roles: ['administrator'] };

describe('a sign-in after its first factor', () => {
  it.each([
    [none, nobody, ['viewer'], 'signed-in'],
    [none, everybody, ['viewer'], 'enrolment'],
    [none, administrators, ['viewer'], 'signed-in'],
    [none, administrators, ['viewer', 'administrator'], 'enrolment'],
    [app, nobody, ['viewer'], 'second-factor'],
    [key, everybody, ['viewer'], 'second-factor'],
    [{ ...none, recoveryCodes: 3 }, everybody, ['viewer'], 'enrolment'],
  ] as const)('of somebody with %j under %j as %j goes on with %s', (factors, policy, roles, next) => {
    expect(decideNextStep({ hadSecondFactor: false, factors, policy, roles })).toBe(next);
    expect(decideNextStep({ hadSecondFactor: true, factors, policy, roles })).toBe('signed-in');
  });
});

describe('a proof', () => {
  it.each([
    [none, true, ['password']],
    [none, false, []],
    [app, true, ['code', 'recovery-code']],
    [key, true, ['passkey']],
    [{ totp: true, passkeys: 2, recoveryCodes: 1 }, false, ['passkey', 'code', 'recovery-code']],
  ] as const)('of somebody with %j, with a password: %s, is one of %j', (factors, hasPassword, proofs) => {
    expect(acceptedProofs(factors, hasPassword)).toEqual(proofs);
  });
});

describe('the last factor', () => {
  it.each([
    [none, nobody, true],
    [none, everybody, false],
    [key, everybody, true],
    [none, administrators, true],
  ] as const)('with %j left under %j may be given up: %s', (left, policy, may) => {
    expect(mayGiveUpFactor({ left, policy, roles: ['viewer'] })).toBe(may);
  });
});
