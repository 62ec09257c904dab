/** What an assertion of SAML says of where, when and for what it holds; times are milliseconds. */
export interface SamlAssertion {
  readonly issuer: string;
  /** Each restriction has to be met by one of its audiences. */
  readonly audiences: readonly (readonly string[])[];
  readonly notBefore: number | null;
  readonly notOnOrAfter: number | null;
  readonly confirmations: readonly SamlConfirmation[];
  /** When the sessions at the provider end that it speaks of. */
  readonly sessionsEnd: readonly number[];
}

/** How whoever brings an assertion shows that it is about them. */
export interface SamlConfirmation {
  readonly method: string;
  readonly recipient: string | null;
  readonly inResponseTo: string | null;
  readonly notBefore: number | null;
  readonly notOnOrAfter: number | null;
}

/** What an assertion has to be, to let somebody in here. */
export interface ExpectedAssertion {
  readonly issuer: string;
  /** What we call ourselves. */
  readonly audience: string;
  /** Where assertions are sent. */
  readonly recipient: string;
  /** The key of the request that this answers. */
  readonly request: string;
}

export type SamlRefusal =
  | 'other-issuer'
  | 'no-audience'
  | 'other-audience'
  | 'no-confirmation'
  | 'other-recipient'
  | 'other-request'
  | 'no-end'
  | 'too-early'
  | 'expired'
  | 'session-over';

export const samlRules = {
  /** How far clocks may differ, in milliseconds. */
  skewMs: 60_000,
  /** An assertion is remembered no longer as used: the request that it answers is over long before. */
  longestMemoryMs: 86_400_000,
  bearer: 'urn:oasis:names:tc:SAML:2.0:cm:bearer',
} as const;

/** Why an assertion lets nobody in here and now; undefined for one that does. */
export function refusalOfAssertion(
  said: SamlAssertion,
  expected: ExpectedAssertion,
  now: number,
): SamlRefusal | undefined {
  if (said.issuer !== expected.issuer) return 'other-issuer';
  if (said.audiences.length === 0) return 'no-audience';
  if (!said.audiences.every((restriction) => restriction.includes(expected.audience))) return 'other-audience';
  const [confirmation] = said.confirmations;
  if (confirmation === undefined || said.confirmations.length > 1 || confirmation.method !== samlRules.bearer)
    return 'no-confirmation';
  if (confirmation.recipient !== expected.recipient) return 'other-recipient';
  if (confirmation.inResponseTo !== expected.request) return 'other-request';
  if (confirmation.notOnOrAfter === null || said.notOnOrAfter === null) return 'no-end';
  if (said.sessionsEnd.some((end) => now >= end + samlRules.skewMs)) return 'session-over';
  return refusalOfTime(said, now) ?? refusalOfTime(confirmation, now);
}

function refusalOfTime(
  { notBefore, notOnOrAfter }: Pick<SamlAssertion, 'notBefore' | 'notOnOrAfter'>,
  now: number,
): 'too-early' | 'expired' | undefined {
  if (notBefore !== null && now < notBefore - samlRules.skewMs) return 'too-early';
  return notOnOrAfter !== null && now >= notOnOrAfter + samlRules.skewMs ? 'expired' : undefined;
}

/** Until when it is remembered that an assertion was used: as long as anybody could bring it again. */
export function rememberedUntil({ notOnOrAfter }: Pick<SamlAssertion, 'notOnOrAfter'>, now: number): number {
  return Math.min((notOnOrAfter ?? Infinity) + 2 * samlRules.skewMs, now + samlRules.longestMemoryMs);
}
