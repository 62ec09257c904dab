import { randomBytes } from 'node:crypto';
import type { PrincipalId } from '@almanac/domain';
import { hashToken } from '#features/access';
import { readNumbers } from '#features/security-numbers';
import type { CommandContext } from '#platform/http';

/** Letters and digits that nobody takes for one another; 32 of them, so that each is worth five bits. */
const alphabet = '23456789abcdefghjkmnpqrstuvwxyz0';
const groups = 6;
const groupLength = 4;

/** Codes of 120 bits each, in the place of all earlier ones; known to whoever asked for them alone. */
export async function makeRecoveryCodes({ db }: CommandContext, principal: PrincipalId): Promise<string[]> {
  const codes = Array.from({ length: (await readNumbers(db))['recovery-codes'] }, newCode);
  await db.deleteFrom('recoveryCodes').where('principalId', '=', principal).execute();
  await db
    .insertInto('recoveryCodes')
    .values(codes.map((code) => ({ codeHash: hashOf(principal, code), principalId: principal })))
    .execute();
  return codes;
}

/** Takes a code of somebody, once. */
export async function takeRecoveryCode({ db }: CommandContext, principal: PrincipalId, code: string): Promise<boolean> {
  const taken = await db
    .deleteFrom('recoveryCodes')
    .where('codeHash', '=', hashOf(principal, code))
    .where('principalId', '=', principal)
    .executeTakeFirst();
  return taken.numDeletedRows === 1n;
}

export function newCode(): string {
  const letters = Array.from(randomBytes(groups * groupLength), (byte) => alphabet.charAt(byte % alphabet.length));
  return Array.from({ length: groups }, (_, group) =>
    letters.slice(group * groupLength, (group + 1) * groupLength).join(''),
  ).join('-');
}

/** With the full entropy of a code a plain hash is enough; spelling as people copy it makes no difference. */
function hashOf(principal: PrincipalId, code: string): string {
  return hashToken(`${principal} ${code.toLowerCase().replaceAll(/[^a-z0-9]/g, '')}`);
}
