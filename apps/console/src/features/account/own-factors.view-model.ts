import type { Factors } from '@almanac/protocol';

/** From so few recovery codes on people are told to make others. */
const few = 3;

/** In a sentence or two, how well an account is protected, and what would be next. */
export function factorWords(factors: Factors): string {
  const has = factors.totp !== null || factors.passkeys.length > 0;
  if (!has)
    return factors.required
      ? 'You must have a second factor from your next sign-in on; set one up now.'
      : 'Whoever learns your password is in. A second factor keeps them out.';
  const left = `${factors.recoveryCodes} recovery ${factors.recoveryCodes === 1 ? 'code is' : 'codes are'} left.`;
  return factors.recoveryCodes < few ? `${left} Make others before they are used up.` : left;
}
