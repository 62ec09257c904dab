import {
  type AccessRole,
  type Actor,
  actorName,
  excessOf,
  type IdentityProviderId,
  type RoleId,
  refuse,
  type TeamId,
} from '@almanac/domain';
import type { ArrivalRequest, ProviderConfiguration, ProviderSecrets } from '@almanac/protocol';
import { sql } from 'kysely';
import { findRole, findTeam } from '#features/access';
import type { CommandContext } from '#platform/http';
import { Secret } from '#platform/secrets';
import type { VersionRow } from './find-provider.ts';
import { subjectClaimOf } from './oidc-identity.ts';
import type { ProviderProtocol } from './provider-protocol.ts';
import { type ProviderTools, protocolOf, useOf } from './provider-tools.ts';

/** What a version is made of; what is not given comes from the one before. */
export interface WantedVersion {
  readonly provider: IdentityProviderId;
  readonly before: VersionRow | undefined;
  readonly configuration: ProviderConfiguration | undefined;
  readonly secrets: ProviderSecrets;
  readonly arrival: ArrivalRequest | undefined;
}

/** Keeps a configuration as a new version: a draft. What people can sign in with now stays as it is. */
export async function saveVersion(tools: ProviderTools, context: CommandContext, wanted: WantedVersion): Promise<void> {
  const { db } = context;
  const { before } = wanted;
  const configuration = wanted.configuration ?? before?.configuration;
  if (configuration === undefined) throw new Error('the first version has a configuration');
  const protocol = protocolOf(tools, configuration.kind);
  if (protocol.off !== undefined) refuse('wrong-state', protocol.off);
  const refusal = protocol.refusalOf(configuration);
  if (refusal !== undefined)
    refuse('invalid-request', refusal.detail, [
      { pointer: `/configuration${refusal.pointer}`, detail: refusal.detail },
    ]);
  refuseForeignSecrets(protocol, wanted.secrets);
  if (before !== undefined) refuseOtherOrigin(before.configuration, configuration);
  const id = context.newId();
  const arrival = wanted.arrival === undefined ? undefined : await arrivalOf(context, wanted.arrival);
  await db
    .insertInto('identityProviderVersions')
    .values({
      id,
      providerId: wanted.provider,
      number: (before?.number ?? 0) + 1,
      configuration: JSON.stringify(configuration),
      secrets: JSON.stringify({ ...before?.secrets, ...sealedSecrets(tools, wanted) }),
      provisioning: arrival?.provisioning ?? before?.provisioning ?? 'off',
      defaultRoleId: arrival === undefined ? (before?.defaultRoleId ?? null) : arrival.defaultRole,
      createdAt: context.now,
      createdBy: actorName(context.actor),
      triedAt: null,
      activatedAt: null,
      previousId: null,
      firstFailureAt: null,
      returnedAt: null,
      returnedWhy: null,
    })
    .execute();
  if (arrival !== undefined && arrival.mappings.length > 0)
    await db
      .insertInto('identityProviderMappings')
      .values(arrival.mappings.map((each, index) => ({ versionId: id, position: index + 1, ...each })))
      .execute();
  else if (arrival === undefined && before !== undefined)
    await sql`insert into identity_provider_mappings (version_id, position, group_key, role_id, team_id)
      select ${id}, position, group_key, role_id, team_id from identity_provider_mappings
      where version_id = ${before.id}`.execute(db);
}

function refuseForeignSecrets({ kind, secrets }: ProviderProtocol, given: ProviderSecrets): void {
  for (const name of Object.keys(given))
    if (!secrets.some((each) => each === name))
      refuse('invalid-request', `a provider of the kind ${kind} has no ${name}`, [
        { pointer: `/secrets/${name}`, detail: `it has ${secrets.join(', ')}` },
      ]);
}

/** People are known by keys of this origin: those of another one could be the same and mean somebody else. */
function refuseOtherOrigin(before: ProviderConfiguration, after: ProviderConfiguration): void {
  if (before.kind !== after.kind)
    refuse('invalid-request', `it is of the kind ${before.kind}: add another provider for another kind`, [
      { pointer: '/configuration/kind', detail: `it stays ${before.kind}` },
    ]);
  const stays = originOf(before);
  for (const [at, { pointer, value }] of originOf(after).entries()) {
    const was = stays[at]?.value ?? '';
    if (was !== value)
      refuse('invalid-request', `the origin of people stays ${was}: add another provider for another one`, [
        { pointer: `/configuration${pointer}`, detail: `it stays ${was}` },
      ]);
  }
}

/** What the keys of people are of, by the parts of a configuration that say it. */
function originOf(configuration: ProviderConfiguration) {
  if (configuration.kind === 'oidc')
    return [
      { pointer: '/issuer', value: configuration.issuer },
      { pointer: '/claims/subject', value: subjectClaimOf(configuration.claims) },
    ];
  if (configuration.kind === 'saml')
    return [
      { pointer: '/entityId', value: configuration.entityId },
      { pointer: '/attributes/subject', value: configuration.attributes.subject ?? 'the persistent NameID' },
    ];
  return [
    { pointer: '/server', value: new URL(configuration.server).hostname },
    { pointer: '/people/subject', value: configuration.people.subject },
  ];
}

function sealedSecrets(tools: ProviderTools, { provider, secrets }: WantedVersion): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(secrets).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, tools.box.close(new Secret(value), useOf(provider, name))]],
    ),
  );
}

async function arrivalOf(context: CommandContext, request: ArrivalRequest) {
  const { db, actor } = context;
  const { provisioning } = request;
  if (provisioning !== 'off' && request.defaultRole === null)
    refuse('invalid-request', 'say what people may do for whom no group says otherwise', [
      { pointer: '/arrival/defaultRole', detail: 'it is needed where people get accounts by signing in' },
    ]);
  const role = async (reference: string, as: 'default' | 'applications') => {
    const found = await findRole(db, reference);
    refuseExcess(actor, { role: found, as });
    return found.id;
  };
  const mappings: { groupKey: string; roleId: RoleId; teamId: TeamId | null }[] = [];
  for (const { group, role: wanted, team } of request.mappings)
    mappings.push({
      groupKey: group,
      roleId: await role(wanted, team === null ? 'default' : 'applications'),
      teamId: team === null ? null : (await findTeam(db, team)).id,
    });
  const defaultRole = request.defaultRole === null ? null : await role(request.defaultRole, 'default');
  return { provisioning, defaultRole, mappings };
}

/** A provider that gives more than whoever configures it holds would be a way to more. */
function refuseExcess(
  actor: Actor,
  given: {
    readonly role: AccessRole;
    readonly as: 'default' | 'applications';
  },
): void {
  if (actor.kind !== 'principal') return;
  const excess = excessOf(actor.access, actor.roles, { ...given, environments: actor.environments });
  if (excess !== undefined)
    refuse('not-permitted', `nobody gives by a provider what they do not hold themselves: the role ${given.role.name}`);
}
