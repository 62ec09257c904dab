import type { DryRun, IdentityProvider, ProviderConfiguration, ProviderVersion } from '@almanac/protocol';
import type { Terminal } from '../../output/terminal.ts';
import { healthMark } from '../../output/words.ts';

export function stateWords(terminal: Terminal, { enabled, active, draft }: IdentityProvider): string {
  const changed = draft === null ? '' : draft.triedAt === null ? ', a draft to try' : ', a draft to activate';
  return enabled && active !== null
    ? `${healthMark(terminal, 'healthy')} in use${changed}`
    : `${healthMark(terminal, 'offline')} not in use${changed}`;
}

/** Where people of a provider are known. */
export function originWords(version: ProviderVersion | null): string {
  if (version === null) return '';
  const { configuration } = version;
  if (configuration.kind === 'oidc') return configuration.issuer;
  return configuration.kind === 'ldap' ? configuration.server : configuration.entityId;
}

function configurationLines(configuration: ProviderConfiguration): readonly string[] {
  if (configuration.kind === 'oidc')
    return [
      `  issuer     ${configuration.issuer}`,
      `  client     ${configuration.clientId} (${configuration.authentication})`,
      `  scopes     openid ${configuration.scopes.join(' ')}`,
    ];
  if (configuration.kind === 'saml') {
    const { entityId, signInUrl, signed, requestCertificate, attributes } = configuration;
    return [
      `  provider   ${entityId}`,
      `  sends to   ${signInUrl}${requestCertificate === null ? '' : ', with signed requests'}`,
      `  signed     the ${signed} has to be`,
      `  people     by ${attributes.subject ?? 'their persistent NameID'}, called by ${attributes.name}`,
      `  groups     by ${attributes.groups}`,
    ];
  }
  const { server, authority, bindDn, people, groups } = configuration;
  return [
    `  server     ${server}${server.startsWith('ldap:') ? ', with StartTLS' : ''}`,
    `  trusts     ${authority === null ? 'public authorities' : 'the authority that was given'}`,
    `  bind DN    ${bindDn}`,
    `  people     ${people.filter} under ${people.base}, by ${people.subject}`,
    `  groups     ${groups === null ? 'are not asked for' : `${groups.filter} under ${groups.base}, by ${groups.key}${groups.nested ? ', groups in groups included' : ''}`}`,
  ];
}

/** A version of a configuration, as lines. */
export function versionLines(version: ProviderVersion): readonly string[] {
  return [
    ...configurationLines(version.configuration),
    `  accounts   ${accountWords(version)}`,
    ...version.mappings.map(
      ({ group, role, team }) => `  group      ${group}: ${role.name}${team === null ? '' : ` in ${team.name}`}`,
    ),
    `  tried      ${version.triedAt ?? 'never'}`,
    ...(version.activatedAt === null
      ? []
      : [`  sign-ins   ${version.successes} since it is in force, ${version.failures} that failed`]),
    ...(version.returned === null ? [] : [`  gave way   ${version.returned.at}: ${version.returned.why}`]),
  ];
}

function accountWords({ provisioning, defaultRole }: ProviderVersion): string {
  const as = defaultRole === null ? '' : ` as ${defaultRole.name}`;
  if (provisioning === 'off') return 'only those that are linked';
  return provisioning === 'everybody' ? `made for everybody${as}` : `made for whom a group maps${as}`;
}

/** What a try showed, as lines. */
export function dryRunLines(terminal: Terminal, dryRun: DryRun): readonly string[] {
  const { result } = dryRun;
  if (dryRun.outcome === 'under-way')
    return [`${healthMark(terminal, 'waiting')} version ${dryRun.version}: under way`];
  if (result === null)
    return [`${healthMark(terminal, 'failed')} version ${dryRun.version}: ${dryRun.problem ?? 'it failed'}`];
  return [
    `${healthMark(terminal, 'healthy')} version ${dryRun.version}: ${dryRun.by} signed in as ${result.subject}`,
    `  name       ${result.name ?? '-'}`,
    `  e-mail     ${result.email ?? '-'}`,
    `  groups     ${result.groups.join(', ') || '-'}`,
    `  would be   ${arrivalWords(result.arrival)}`,
    `  2nd factor ${result.secondFactor === true ? 'had one that counts here' : 'ours is asked for where policy demands one'}`,
    `  checked    ${result.recheck === 'none' ? 'never again: there is no way to ask' : 'every 10 minutes'}`,
  ];
}

function arrivalWords({
  kind,
  why,
  account,
  defaultRole,
  memberships,
}: NonNullable<DryRun['result']>['arrival']): string {
  if (kind === 'refused') return `refused (${why})`;
  const given = [defaultRole, ...memberships.map(({ team, role }) => `${role} in ${team}`)].filter(
    (each) => each !== null,
  );
  const who = kind === 'known' ? `the account ${account}` : 'a new account';
  return given.length === 0 ? who : `${who}, as ${given.join(', ')}`;
}
