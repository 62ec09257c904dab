import type { DryRun, IdentityProvider, ProviderVersion } from '@almanac/protocol';
import type { Kysely, Selectable } from 'kysely';
import type { Tables } from '#tables';
import { isDraft, type ProviderRow, type VersionRow } from './find-provider.ts';
import { metadataUriOf, type ProviderTools, redirectProtocolOf, redirectUriOf } from './provider-tools.ts';

/** Providers as administrators see them; secrets are not among what they see. */
export async function presentProviders(
  db: Kysely<Tables>,
  tools: ProviderTools,
  rows: readonly ProviderRow[],
): Promise<readonly IdentityProvider[]> {
  if (rows.length === 0) return [];
  const ids = rows.map((each) => each.id);
  const newest = await db
    .selectFrom('identityProviderVersions')
    .selectAll()
    .distinctOn('providerId')
    .where('providerId', 'in', ids)
    .orderBy('providerId')
    .orderBy('number', 'desc')
    .execute();
  const active = rows.flatMap((each) => (each.activeId === null ? [] : [each.activeId]));
  const inForce =
    active.length === 0
      ? []
      : await db.selectFrom('identityProviderVersions').selectAll().where('id', 'in', active).execute();
  const versions = new Map(
    (await presentVersions(db, [...newest, ...inForce])).map((each) => [each.id, each.presented]),
  );
  const counts = await db
    .selectFrom('externalIdentities')
    .select(['providerId', ({ fn }) => fn.countAll<string>().as('count')])
    .where('providerId', 'in', ids)
    .groupBy('providerId')
    .execute();
  return rows.map((row) => {
    const last = newest.find((each) => each.providerId === row.id);
    return {
      id: row.id,
      name: row.name,
      displayName: row.displayName,
      kind: row.kind,
      enabled: row.enabled,
      position: row.position,
      active: row.activeId === null ? null : (versions.get(row.activeId) ?? null),
      draft: last !== undefined && isDraft(last) ? (versions.get(last.id) ?? null) : null,
      redirectUri: redirectProtocolOf(tools, row.kind) === undefined ? null : redirectUriOf(tools, row),
      logoutUri: row.kind === 'oidc' ? logoutUriOf(tools, row.name) : null,
      metadataUri: row.kind === 'saml' ? metadataUriOf(tools, row.name) : null,
      identities: Number(counts.find((each) => each.providerId === row.id)?.count ?? 0),
      revision: row.revision,
    };
  });
}

export async function presentProvider(
  db: Kysely<Tables>,
  tools: ProviderTools,
  row: ProviderRow,
): Promise<IdentityProvider> {
  const [presented] = await presentProviders(db, tools, [row]);
  if (presented === undefined) throw new Error(`${row.name} was not presented`);
  return presented;
}

export const logoutPath = '/api/v1/identity-providers/:provider/logout';

function logoutUriOf(tools: Pick<ProviderTools, 'publicUrl'>, name: string): string {
  return `${tools.publicUrl}${logoutPath.replace(':provider', name)}`;
}

async function presentVersions(
  db: Kysely<Tables>,
  rows: readonly VersionRow[],
): Promise<readonly { readonly id: string; readonly presented: ProviderVersion }[]> {
  const roles = await db.selectFrom('roles').select(['id', 'name']).execute();
  const mappings = await db
    .selectFrom('identityProviderMappings')
    .innerJoin('roles', 'roles.id', 'identityProviderMappings.roleId')
    .leftJoin('teams', 'teams.id', 'identityProviderMappings.teamId')
    .select(['versionId', 'groupKey', 'roleId', 'roles.name as roleName', 'teamId', 'teams.name as teamName'])
    .where(
      'versionId',
      'in',
      rows.map((each) => each.id),
    )
    .orderBy('identityProviderMappings.position')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    presented: {
      number: row.number,
      configuration: row.configuration,
      secrets: Object.keys(row.secrets),
      provisioning: row.provisioning,
      defaultRole: roles.find((each) => each.id === row.defaultRoleId) ?? null,
      mappings: mappings
        .filter((each) => each.versionId === row.id)
        .map(({ groupKey, roleId, roleName, teamId, teamName }) => ({
          group: groupKey,
          role: { id: roleId, name: roleName },
          team: teamId === null || teamName === null ? null : { id: teamId, name: teamName },
        })),
      createdAt: row.createdAt.toISOString(),
      createdBy: row.createdBy,
      triedAt: row.triedAt?.toISOString() ?? null,
      activatedAt: row.activatedAt?.toISOString() ?? null,
      successes: row.successes,
      failures: row.failures,
      returned: row.returnedAt === null ? null : { at: row.returnedAt.toISOString(), why: row.returnedWhy ?? '' },
    },
  }));
}

/** A try with the number of its version and who made it. */
export type DryRunRow = Selectable<Tables['providerDryRuns']> & { readonly number: number; readonly by: string };

export function presentDryRun(row: DryRunRow): DryRun {
  return {
    id: row.id as DryRun['id'],
    version: row.number,
    by: row.by,
    startedAt: row.startedAt.toISOString(),
    endedAt: row.endedAt?.toISOString() ?? null,
    outcome: row.endedAt === null ? 'under-way' : row.problem === null ? 'succeeded' : 'failed',
    problem: row.problem,
    result: row.result,
  };
}
