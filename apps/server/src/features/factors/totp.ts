import type { PrincipalId } from '@almanac/domain';
import { Secret as OtpSecret, TOTP } from 'otpauth';
import { readNumbers } from '#features/security-numbers';
import type { CommandContext } from '#platform/http';
import { Secret, type SecretBox } from '#platform/secrets';

const sealedFor = (principal: PrincipalId) => ({ kind: 'totp', id: principal });

/** 160 random bits, as RFC 4226 recommends. */
export function newTotpSecret(): string {
  return new OtpSecret({ size: 20 }).base32;
}

/** What authenticator apps read from a QR code. */
export function totpUri(given: { readonly secret: string; readonly name: string; readonly host: string }): string {
  return totpOf(given.secret, { issuer: 'Almanac', label: `${given.name}@${given.host}` }).toString();
}

function totpOf(secret: string, names: { readonly issuer?: string; readonly label?: string } = {}): TOTP {
  return new TOTP({ ...names, secret: OtpSecret.fromBase32(secret), algorithm: 'SHA1', digits: 6, period: 30 });
}

/** The step that a code belongs to (RFC 6238); undefined for a code of no step near `now`. */
export function stepOfCode(given: {
  readonly secret: string;
  readonly code: string;
  readonly now: Date;
  /** Codes of so many steps before and after are taken, too: clocks of telephones differ. */
  readonly window: number;
}): number | undefined {
  const totp = totpOf(given.secret);
  const timestamp = given.now.getTime();
  const delta = totp.validate({ token: given.code, timestamp, window: given.window });
  return delta === null ? undefined : totp.counter({ timestamp }) + delta;
}

/** Takes a code of somebody, once: neither it nor an older one is taken again. */
export async function takeCode(
  { db, now }: CommandContext,
  given: {
    readonly box: SecretBox;
    readonly principal: PrincipalId;
    readonly code: string;
    readonly confirmed: boolean;
  },
): Promise<boolean> {
  const row = await db
    .selectFrom('totpFactors')
    .select(['sealedSecret', 'lastStep', 'confirmedAt'])
    .where('principalId', '=', given.principal)
    .forUpdate()
    .executeTakeFirst();
  if (row === undefined || (row.confirmedAt !== null) !== given.confirmed) return false;
  const step = stepOfCode({
    secret: given.box.open(row.sealedSecret, sealedFor(given.principal)).reveal(),
    code: given.code,
    now,
    window: (await readNumbers(db))['totp-window'],
  });
  if (step === undefined || step <= Number(row.lastStep)) return false;
  await db
    .updateTable('totpFactors')
    .set({ lastStep: step, ...(given.confirmed ? {} : { confirmedAt: now }) })
    .where('principalId', '=', given.principal)
    .execute();
  return true;
}

/** Keeps a secret that counts once a code of it was given. */
export async function beginTotp(
  { db, now }: CommandContext,
  given: { readonly box: SecretBox; readonly principal: PrincipalId; readonly secret: string },
): Promise<void> {
  await db
    .deleteFrom('totpFactors')
    .where('principalId', '=', given.principal)
    .where('confirmedAt', 'is', null)
    .execute();
  await db
    .insertInto('totpFactors')
    .values({
      principalId: given.principal,
      sealedSecret: given.box.close(new Secret(given.secret), sealedFor(given.principal)),
      createdAt: now,
      confirmedAt: null,
    })
    .execute();
}
