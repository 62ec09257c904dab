/** Whether what an identity provider asks for beside a password counts as a second factor here. */
export const factorTrusts = ['never', 'when-said', 'always'] as const;
export type FactorTrust = (typeof factorTrusts)[number];

/** What a provider says, in a signed answer, of how somebody signed in. */
export interface SignInMethods {
  /** Methods that were used (RFC 8176). */
  readonly amr: readonly string[];
  /** The class of the sign-in as a whole. */
  readonly acr: string | null;
}

/** What has to be said where trust is `when-said`: one of the methods, or one of the classes. */
export interface FactorTrustRule {
  readonly trusted: FactorTrust;
  readonly amr: readonly string[];
  readonly acr: readonly string[];
}

/**
 * Whether a sign-in with a provider had two factors already. Values are compared exactly, and what is not said is not
 * trusted.
 */
export function hadSecondFactor(rule: FactorTrustRule, said: SignInMethods): boolean {
  if (rule.trusted !== 'when-said') return rule.trusted === 'always';
  return said.amr.some((each) => rule.amr.includes(each)) || (said.acr !== null && rule.acr.includes(said.acr));
}
