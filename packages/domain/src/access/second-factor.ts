/** How somebody proves who they are. A passkey, unlocked by its owner, is two factors in one. */
export const proofKinds = ['password', 'code', 'passkey', 'recovery-code'] as const;
export type ProofKind = (typeof proofKinds)[number];

/** The second factors that somebody has. Recovery codes stand in for one that is lost; they are none of their own. */
export interface EnrolledFactors {
  readonly totp: boolean;
  readonly passkeys: number;
  readonly recoveryCodes: number;
}

/** Who must have a second factor: everybody, or whoever holds one of the roles. Roles are named by their keys. */
export interface SecondFactorPolicy {
  readonly everybody: boolean;
  readonly roles: readonly string[];
}

/** How a sign-in goes on after its first factor. */
export type NextStep = 'signed-in' | 'second-factor' | 'enrolment';

export function hasSecondFactor(factors: EnrolledFactors): boolean {
  return factors.totp || factors.passkeys > 0;
}

export function mustHaveSecondFactor(policy: SecondFactorPolicy, roles: readonly string[]): boolean {
  return policy.everybody || roles.some((each) => policy.roles.includes(each));
}

/** What is left to do once somebody gave their first factor: whoever has a second one gives it, required or not. */
export function decideNextStep(given: {
  /** Whether the sign-in had two factors already, at a provider that is trusted with it. */
  readonly hadSecondFactor: boolean;
  readonly factors: EnrolledFactors;
  readonly policy: SecondFactorPolicy;
  readonly roles: readonly string[];
}): NextStep {
  if (given.hadSecondFactor) return 'signed-in';
  if (hasSecondFactor(given.factors)) return 'second-factor';
  return mustHaveSecondFactor(given.policy, given.roles) ? 'enrolment' : 'signed-in';
}

/**
 * What counts as a proof before something sensitive: a second factor of whoever has one, else the password. Nothing where
 * there is neither, as with somebody who comes from an identity provider: they sign in again.
 */
export function acceptedProofs(factors: EnrolledFactors, hasPassword: boolean): readonly ProofKind[] {
  if (!hasSecondFactor(factors)) return hasPassword ? ['password'] : [];
  return [
    ...(factors.passkeys > 0 ? (['passkey'] as const) : []),
    ...(factors.totp ? (['code'] as const) : []),
    ...(factors.recoveryCodes > 0 ? (['recovery-code'] as const) : []),
  ];
}

/** Whether somebody may give a factor up: whoever must have one keeps the last. */
export function mayGiveUpFactor(given: {
  readonly left: EnrolledFactors;
  readonly policy: SecondFactorPolicy;
  readonly roles: readonly string[];
}): boolean {
  return hasSecondFactor(given.left) || !mustHaveSecondFactor(given.policy, given.roles);
}
