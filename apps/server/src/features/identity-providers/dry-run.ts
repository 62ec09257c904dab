import { type PrincipalId, refuse } from '@almanac/domain';
import type { DryRun } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import type { DirectContext } from '#platform/http';
import type { Tables } from '#tables';
import type { VersionRow } from './find-provider.ts';
import type { CompletedSignIn } from './provider-protocol.ts';
import { readArrival } from './read-arrival.ts';

/** What a try may keep of claims, in characters of JSON. */
const mostClaims = 65_536;

/** Keeps what a try showed. Nothing else is changed by it: nobody is signed in, linked or given anything. */
export async function endDryRun(
  { inTransaction, actor }: DirectContext,
  given: { readonly dryRun: string; readonly version: VersionRow } & (
    | { readonly completed: CompletedSignIn }
    | { readonly problem: string }
  ),
): Promise<void> {
  await inTransaction({ actor, action: 'identity-provider-tried' }, async (context) => {
    const { db, now } = context;
    const dryRun = await db
      .selectFrom('providerDryRuns')
      .innerJoin('identityProviders', 'identityProviders.id', 'providerDryRuns.providerId')
      .select(['providerDryRuns.principalId', 'identityProviders.name'])
      .where('providerDryRuns.id', '=', given.dryRun)
      .executeTakeFirstOrThrow();
    if (actor.kind !== 'principal' || actor.id !== dryRun.principalId)
      return refuse('not-permitted', 'somebody else began this try, or you are signed in no longer; begin again');
    const succeeded = 'completed' in given;
    await db
      .updateTable('providerDryRuns')
      .set({
        endedAt: now,
        ...(succeeded
          ? { result: JSON.stringify(await resultOf(db, given.completed, given.version)) }
          : { problem: given.problem }),
      })
      .where('id', '=', given.dryRun)
      .execute();
    if (succeeded)
      await db
        .updateTable('identityProviderVersions')
        .set({ triedAt: now })
        .where('id', '=', given.version.id)
        .execute();
    context.audit({
      subject: `identity-provider:${dryRun.name}`,
      detail: { version: given.version.number, succeeded },
    });
    return undefined;
  });
}

async function resultOf(
  db: Kysely<Tables>,
  completed: CompletedSignIn,
  version: VersionRow,
): Promise<NonNullable<DryRun['result']>> {
  const { subject, name, displayName, email, groups } = completed.identity;
  const tooMuch = JSON.stringify(completed.claims).length > mostClaims;
  return {
    subject,
    name,
    displayName,
    email,
    groups: [...groups],
    claims: tooMuch ? {} : { ...completed.claims },
    secondFactor: completed.hadSecondFactor,
    arrival: await arrivalOf(db, completed, version),
    recheck: completed.recheck,
    logout: completed.logout,
  };
}

async function arrivalOf(
  db: Kysely<Tables>,
  completed: CompletedSignIn,
  version: VersionRow,
): Promise<NonNullable<DryRun['result']>['arrival']> {
  const { arrival } = await readArrival(db, completed.identity, version);
  if (arrival.kind === 'refused')
    return { kind: 'refused', why: arrival.why, account: null, defaultRole: null, memberships: [] };
  const roles = new Map(
    (await db.selectFrom('roles').select(['id', 'name']).execute()).map((each) => [each.id, each.name]),
  );
  const teams = new Map(
    (await db.selectFrom('teams').select(['id', 'name']).execute()).map((each) => [each.id, each.name]),
  );
  return {
    kind: arrival.kind,
    why: null,
    account: arrival.kind === 'known' ? await accountOf(db, arrival.principal) : null,
    defaultRole: arrival.defaultRole === undefined ? null : (roles.get(arrival.defaultRole) ?? null),
    memberships: arrival.memberships.map(({ team, role }) => ({
      team: teams.get(team) ?? '',
      role: roles.get(role) ?? '',
    })),
  };
}

async function accountOf(db: Kysely<Tables>, principal: PrincipalId): Promise<string> {
  const { name } = await db
    .selectFrom('principals')
    .select('name')
    .where('id', '=', principal)
    .executeTakeFirstOrThrow();
  return name;
}
