import { randomBytes } from 'node:crypto';
import type { PrincipalId } from '@almanac/domain';
import { hashToken } from '#features/access';
import type { CommandContext } from '#platform/http';
import { Secret, type SecretBox } from '#platform/secrets';

const answerMinutes = 5;

/** What a ceremony is for, and of whom; null for whoever signs in with a passkey alone. */
export interface ChallengeFor {
  readonly purpose: 'create' | 'prove';
  readonly principal: PrincipalId | null;
}

/**
 * Makes a challenge that carries what it is for, sealed: whoever asks for many of them fills no table. Only those that were
 * answered are kept, so that each is answered once.
 */
export function makeChallenge(box: SecretBox, now: Date, given: ChallengeFor): string {
  const until = now.getTime() + answerMinutes * 60_000;
  return box.close(
    new Secret(JSON.stringify({ until, nonce: randomBytes(16).toString('base64url') })),
    sealedFor(given),
  );
}

/** Whether a challenge, as the browser gives it back, is one of ours, for this, still holds, and is answered first now. */
export async function takeChallenge(
  { db, now }: CommandContext,
  given: { readonly box: SecretBox; readonly challenge: string; readonly expected: ChallengeFor },
): Promise<boolean> {
  const sealed = Buffer.from(given.challenge, 'base64url').toString('utf8');
  const until = endOf(given.box, { sealed, expected: given.expected });
  if (until === undefined || until <= now.getTime()) return false;
  const taken = await db
    .insertInto('answeredChallenges')
    .values({ challengeHash: hashToken(sealed), expiresAt: new Date(until) })
    .onConflict((each) => each.doNothing())
    .executeTakeFirst();
  return taken.numInsertedOrUpdatedRows === 1n;
}

/** The envelope is bound to what the challenge is for: as another one it does not open. */
function sealedFor({ purpose, principal }: ChallengeFor) {
  return { kind: `passkey-challenge-${purpose}`, id: principal ?? 'anybody' };
}

/** When a challenge ends, in milliseconds since the epoch; undefined for one that is none of ours, or for something else. */
function endOf(
  box: SecretBox,
  given: { readonly sealed: string; readonly expected: ChallengeFor },
): number | undefined {
  try {
    // It was sealed by ourselves, with exactly these members.
    return (JSON.parse(box.open(given.sealed, sealedFor(given.expected)).reveal()) as { readonly until: number }).until;
  } catch {
    return undefined;
  }
}
