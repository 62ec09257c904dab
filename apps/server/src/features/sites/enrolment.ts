import { type EnvironmentId, refuse, type SiteId } from '@almanac/domain';
import { isPublicKey } from '@almanac/host';
import type { EnrolRequest, EnrolResponse } from '@almanac/protocol';
import { hashToken, newToken } from '#features/access';
import { readNumbers } from '#features/security-numbers';
import type { ReadServerKeys } from '#features/signing-keys';
import type { CommandContext } from '#platform/http';
import type { RefreshDocuments } from './refresh-documents.ts';

/** Gives a new site of an environment the settings of what runs there. */
export type PinNewSite = (
  context: CommandContext,
  input: { readonly site: SiteId; readonly environment: EnvironmentId },
) => Promise<void>;

/** Makes a token with which an agent enrols once. */
export async function newEnrolmentToken(
  context: CommandContext,
  site: SiteId,
): Promise<{ readonly token: string; readonly expiresAt: string }> {
  const token = newToken('enrol_');
  const minutes = (await readNumbers(context.db))['enrolment-token'];
  const expiresAt = new Date(context.now.getTime() + minutes * 60_000);
  await context.db
    .insertInto('enrolmentTokens')
    .values({ tokenHash: hashToken(token), siteId: site, expiresAt, usedAt: null })
    .execute();
  return { token, expiresAt: expiresAt.toISOString() };
}

/**
 * Binds an agent's keys to its site. A new enrolment replaces the agent that was there; repeating one with the same
 * keys gives the same answer, for an agent that died before it could keep it.
 */
export async function enrolAgent(
  context: CommandContext,
  input: {
    readonly request: EnrolRequest;
    readonly readKeys: ReadServerKeys;
    readonly pinNewSite: PinNewSite;
    readonly refreshDocuments: RefreshDocuments;
  },
): Promise<EnrolResponse> {
  const { request } = input;
  const { db } = context;
  refuseKeys(request);
  const tokenHash = hashToken(request.token);
  const token = await db
    .selectFrom('enrolmentTokens')
    .selectAll()
    .where('tokenHash', '=', tokenHash)
    .forUpdate()
    .executeTakeFirst();
  const isRepeated = token !== undefined && token.usedAt !== null && (await hasKey(context, token.siteId, request));
  if (token === undefined || token.expiresAt < context.now || (token.usedAt !== null && !isRepeated))
    return refuse(
      'wrong-token',
      'this enrolment token is unknown, used or expired; make a new one: almanac site add, or the site page',
    );
  await db.updateTable('enrolmentTokens').set({ usedAt: context.now }).where('tokenHash', '=', tokenHash).execute();
  const { keys, incarnation, number } = await input.readKeys(db);
  const site = await db
    .updateTable('sites')
    .set({
      trustedKeys: keys.map((each) => each.keyId),
      signingKey: request.signingKey,
      sealingKey: request.sealingKey,
      agentVersion: request.agentVersion,
      protocolVersion: request.protocolVersion,
      host: JSON.stringify(request.host),
      enrolledAt: context.now,
      observedGeneration: 0,
      report: null,
      frontPort: null,
    })
    .where('id', '=', token.siteId)
    .returning(['id', 'name', 'environmentId'])
    .executeTakeFirstOrThrow();
  await db.deleteFrom('siteApplications').where('siteId', '=', site.id).execute();
  // What the agent before was given to read by.
  await db.deleteFrom('artifactTokens').where('siteId', '=', site.id).execute();
  const environment = await db
    .selectFrom('environments')
    .select(['id', 'name'])
    .where('id', '=', site.environmentId)
    .executeTakeFirstOrThrow();
  await input.pinNewSite(context, { site: site.id, environment: environment.id });
  await input.refreshDocuments(context, environment.id);
  await context.record({ kind: 'site-changed', subject: { site: site.id } });
  context.audit({ subject: `site:${site.name}` });
  return {
    site: { id: site.id, name: site.name },
    environment,
    serverKeys: keys.map(({ keyId, publicKey }) => ({ keyId, publicKey })),
    keySet: { incarnation, number },
  };
}

/** A key that nothing can be sealed to would keep all sites of its environment from their documents. */
function refuseKeys({ signingKey, sealingKey }: EnrolRequest): void {
  if (!isPublicKey(signingKey, 'Ed25519'))
    refuse('invalid-request', '`signingKey` is no Ed25519 public key (raw, base64url)');
  if (!isPublicKey(sealingKey, 'X25519'))
    refuse('invalid-request', '`sealingKey` is no X25519 public key (raw, base64url)');
}

async function hasKey(context: CommandContext, site: SiteId, request: EnrolRequest): Promise<boolean> {
  const found = await context.db.selectFrom('sites').select('signingKey').where('id', '=', site).executeTakeFirst();
  return found?.signingKey === request.signingKey;
}
