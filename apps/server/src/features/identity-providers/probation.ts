import { endOfProbation, type IdentityProviderId } from '@almanac/domain';
import { type Kysely, sql } from 'kysely';
import type { CommandContext, InTransaction } from '#platform/http';
import type { Tables } from '#tables';
import type { VersionRow } from './find-provider.ts';
import type { ProviderFault } from './provider-fault.ts';

const system = { kind: 'system', name: 'server' } as const;

/** Somebody could sign in: the configuration stays. */
export async function countSuccess({ db }: CommandContext, version: string): Promise<void> {
  await db
    .updateTable('identityProviderVersions')
    .set({ successes: sql`successes + 1` })
    .where('id', '=', version)
    .execute();
}

/** Nobody could, for a reason that lies with the provider or its configuration; it may give way to the one before. */
export async function countFailure(
  inTransaction: InTransaction,
  given: { readonly version: string; readonly error: ProviderFault },
): Promise<void> {
  if (given.error.of === 'person') return;
  const counted = await inTransaction({ actor: system, action: null }, ({ db, now }) =>
    db
      .updateTable('identityProviderVersions')
      .set({ failures: sql`failures + 1`, firstFailureAt: sql`coalesce(first_failure_at, ${now})` })
      .where('id', '=', given.version)
      .returning(['id', 'providerId'])
      .executeTakeFirst(),
  );
  if (counted !== undefined) await giveWay(inTransaction, counted.providerId);
}

/** Puts configurations back that gave way, also where nobody tries any more. */
export async function giveWayWhereDue(db: Kysely<Tables>, inTransaction: InTransaction): Promise<void> {
  const doubtful = await db
    .selectFrom('identityProviders')
    .innerJoin('identityProviderVersions as version', 'version.id', 'identityProviders.activeId')
    .select('identityProviders.id')
    .where('enabled', '=', true)
    .where('version.successes', '=', 0)
    .where('version.firstFailureAt', 'is not', null)
    .where('version.returns', '=', true)
    .where('version.previousId', 'is not', null)
    .execute();
  for (const { id } of doubtful) await giveWay(inTransaction, id);
}

async function giveWay(inTransaction: InTransaction, provider: IdentityProviderId): Promise<void> {
  await inTransaction({ actor: system, action: 'identity-provider-returned' }, async (context) => {
    context.audit(null);
    const found = await context.db
      .selectFrom('identityProviders')
      .selectAll()
      .where('id', '=', provider)
      .forUpdate()
      .executeTakeFirst();
    if (found?.activeId == null) return;
    const version = await context.db
      .selectFrom('identityProviderVersions')
      .selectAll()
      .where('id', '=', found.activeId)
      .executeTakeFirstOrThrow();
    const why = endOfProbation(
      {
        successes: version.successes,
        failures: version.failures,
        firstFailureAt: version.firstFailureAt?.getTime() ?? null,
        returns: version.returns && version.previousId !== null,
      },
      context.now.getTime(),
    );
    if (why === undefined) return;
    await putBack(context, { provider: found.id, version, why });
    context.audit({ subject: `identity-provider:${found.name}`, detail: { from: version.number, why } });
  });
}

/** Puts the configuration before into force again; it has shown already that people can sign in with it. */
export async function putBack(
  { db, now, record }: CommandContext,
  given: {
    readonly provider: IdentityProviderId;
    readonly version: Pick<VersionRow, 'id' | 'previousId'>;
    readonly why: string;
  },
): Promise<void> {
  await db
    .updateTable('identityProviderVersions')
    .set({ returnedAt: now, returnedWhy: given.why })
    .where('id', '=', given.version.id)
    .execute();
  await db
    .updateTable('identityProviders')
    .set({ activeId: given.version.previousId, revision: sql`revision + 1` })
    .where('id', '=', given.provider)
    .execute();
  await record({ kind: 'identity-provider-changed', subject: { provider: given.provider } });
}
