import type { ProofKind } from '@almanac/domain';

/** The ways to prove who one is, in the order in which they are offered; passkeys only where the browser has them. */
export function offeredProofs(proofs: readonly ProofKind[], passkeysWork: boolean): readonly ProofKind[] {
  const order: readonly ProofKind[] = ['passkey', 'code', 'password', 'recovery-code'];
  return order.filter((each) => proofs.includes(each) && (each !== 'passkey' || passkeysWork));
}

export const proofWords: Readonly<Record<ProofKind, string>> = {
  passkey: 'Use a passkey',
  code: 'Use the authenticator app',
  password: 'Use the password',
  'recovery-code': 'Use a recovery code',
};
