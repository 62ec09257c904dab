import { isDeepStrictEqual } from 'node:util';
import type { ArrivalRequest, ProviderConfiguration, ProviderSecrets } from '@almanac/protocol';
import { argument, type CommandDefinition, type CommandInput, listOption, textOption } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { readAll } from '../../output/ask.ts';
import { CommandError } from '../../output/report-error.ts';
import type { Session } from '../../session.ts';
import { ldapChanged, ldapFrom, ldapOptions } from './ldap-options.ts';
import { oidcChanged, oidcFrom, oidcOptions } from './oidc-options.ts';
import { samlChanged, samlFrom, samlOptions } from './saml-options.ts';

const accounts = ['off', 'everybody', 'mapped'] as const;

const nameOption = ['--name-attribute <attribute>', 'LDAP and SAML: what an account is called after'] as const;
const options = [
  ['--display-name <name>', 'how the sign-in page calls it'],
  [
    '--secret-stdin',
    'read the secret of the client, the password of the bind DN, or the key of signed requests from standard input',
  ],
  ['--accounts <whom>', `who gets an account by signing in: ${accounts.join(', ')}`],
  ['--role <role>', 'what people may do for whom no group says otherwise'],
  ['--group <mapping...>', 'what a group gives: <group>=<role>, or <group>=<role>@<team>'],
  nameOption,
  [
    '--trust-second-factor <when>',
    'whether a second factor at the provider counts here: never, when-said (OpenID Connect), or always',
  ],
  ...oidcOptions,
  ...ldapOptions,
  ...samlOptions,
] as const;
const serverOption = [
  '--ldap-server <url>',
  'LDAP: where the directory listens, ldaps:// or ldap:// with StartTLS',
] as const;

export const addProvider: CommandDefinition = {
  usage: 'add <name>',
  summary:
    'Add a provider that speaks OpenID Connect or SAML, or a directory; nobody signs in with it before it was tried and activated',
  examples: [
    'almanac provider add acme --issuer https://login.example.com --client-id almanac --secret-stdin < secret.txt',
    'almanac provider add acme --issuer https://login.example.com --client-id almanac --secret-stdin --scope profile --scope groups --accounts mapped --role viewer --group 0f1e-web=developer@web < secret.txt',
    'almanac provider add corp --ldap-server ldaps://ldap.example.com --authority-file ca.pem --bind-dn cn=almanac,dc=example,dc=com --people-base ou=people,dc=example,dc=com --people-filter "(uid={name})" --group-base ou=groups,dc=example,dc=com --secret-stdin < password.txt',
    'almanac provider add acme --saml-metadata metadata.xml --groups-attribute groups --accounts mapped --role viewer --group web=developer@web',
  ],
  options: [['--issuer <url>', 'OpenID Connect: what the provider calls itself'], serverOption, ...options],
  run: async (session, input) => {
    const configuration = await configurationFrom(session, input);
    const displayName = textOption(input, 'displayName');
    const made = await session.client.createIdentityProvider({
      body: {
        name: argument(input, 0),
        ...(displayName === undefined ? {} : { displayName }),
        configuration,
        secrets: await secretsOf(input, configuration.kind),
        arrival: { provisioning: 'off', defaultRole: null, mappings: [], ...arrivalOf(input) },
      },
    });
    session.show(made, () => [
      `Added ${made.name}.`,
      ...(made.redirectUri === null ? [] : ['Tell the provider to send people back to', `  ${made.redirectUri}`]),
      ...(made.metadataUri === null
        ? []
        : ['Almanac is called by the address of its metadata', `  ${made.metadataUri}`]),
      ...(made.logoutUri === null ? [] : ['and to say that somebody signed out at', `  ${made.logoutUri}`]),
      `Then sign in with it once: almanac provider try ${made.name}`,
    ]);
    return exitCodes.ok;
  },
};

export const changeProvider: CommandDefinition = {
  usage: 'change <name>',
  summary: 'Change a provider; what is not given stays. It is a draft until it was tried and activated',
  examples: ['almanac provider change acme --secret-stdin < secret.txt', 'almanac provider change acme --accounts off'],
  options: [serverOption, ...options],
  run: async (session, input) => {
    const params = { provider: argument(input, 0) };
    const found = await session.client.getIdentityProvider({ params });
    const before = found.draft ?? found.active;
    if (before === null) throw new CommandError(`${found.name} has no configuration`);
    const configuration = await changedConfiguration(session, input, before.configuration);
    const arrival = arrivalOf(input);
    const displayName = textOption(input, 'displayName');
    const changed = await session.client.updateIdentityProvider({
      params,
      revision: found.revision,
      body: {
        ...(displayName === undefined ? {} : { displayName }),
        secrets: await secretsOf(input, configuration.kind),
        ...(isDeepStrictEqual(configuration, before.configuration) ? {} : { configuration }),
        ...(Object.keys(arrival).length === 0
          ? {}
          : {
              arrival: {
                provisioning: before.provisioning,
                defaultRole: before.defaultRole?.name ?? null,
                mappings: before.mappings.map(({ group, role, team }) => ({
                  group,
                  role: role.name,
                  team: team?.name ?? null,
                })),
                ...arrival,
              },
            }),
      },
    });
    session.show(changed, () => [
      changed.draft === null
        ? `${changed.name} is changed.`
        : `Version ${changed.draft.number} of ${changed.name} is a draft. Sign in with it once: almanac provider try ${changed.name}`,
    ]);
    return exitCodes.ok;
  },
};

async function configurationFrom(session: Session, input: CommandInput) {
  const [issuer, server] = [textOption(input, 'issuer'), textOption(input, 'ldapServer')];
  const metadata = textOption(input, 'samlMetadata');
  const named = [issuer, server, metadata].filter((each) => each !== undefined);
  if (named.length === 1) {
    if (issuer !== undefined) return oidcFrom(input, issuer);
    if (server !== undefined) return ldapFrom(input, server);
    if (metadata !== undefined) return samlFrom(session, input, metadata);
  }
  throw new CommandError(
    'say which provider: --issuer <url> for OpenID Connect, --ldap-server <url> for a directory, or --saml-metadata <path> for SAML',
  );
}

const foreignOptions = {
  oidc: [serverOption, nameOption, ...ldapOptions, ...samlOptions],
  ldap: [...oidcOptions, ...samlOptions],
  saml: [serverOption, ...oidcOptions, ...ldapOptions],
} as const;

function changedConfiguration(session: Session, input: CommandInput, before: ProviderConfiguration) {
  for (const [written] of foreignOptions[before.kind]) {
    const [, option = ''] = /^--([a-z-]+)/.exec(written) ?? [];
    if (input.options[option.replaceAll(/-(.)/g, (_all, letter: string) => letter.toUpperCase())] !== undefined)
      throw new CommandError(`--${option} is for another kind of provider`);
  }
  if (before.kind === 'oidc') return oidcChanged(input, before);
  return before.kind === 'ldap' ? ldapChanged(input, before) : samlChanged(session, input, before);
}

const secretOf = { oidc: 'clientSecret', ldap: 'bindPassword', saml: 'requestKey' } as const;

/** A secret is no argument: those are seen by everybody on the machine. */
async function secretsOf(input: CommandInput, kind: ProviderConfiguration['kind']): Promise<ProviderSecrets> {
  if (input.options['secretStdin'] !== true) return {};
  return { [secretOf[kind]]: (await readAll()).replace(/\r?\n$/, '') };
}

function arrivalOf(input: CommandInput): Partial<ArrivalRequest> {
  const given = textOption(input, 'accounts');
  const provisioning = accounts.find((each) => each === given);
  if (given !== undefined && provisioning === undefined)
    throw new CommandError(`--accounts is one of ${accounts.join(', ')}`);
  const defaultRole = textOption(input, 'role');
  const mappings = listOption(input, 'group').map(mappingOf);
  return {
    ...(provisioning === undefined ? {} : { provisioning }),
    ...(defaultRole === undefined ? {} : { defaultRole }),
    ...(mappings.length === 0 ? {} : { mappings }),
  };
}

/** The last = parts the group from what it gives: groups of directories have some in their names. */
function mappingOf(text: string): ArrivalRequest['mappings'][number] {
  const [, group, role, team = null] = /^(.+)=([a-z0-9-]+)(?:@([a-z0-9-]+))?$/.exec(text) ?? [];
  if (group === undefined || role === undefined)
    throw new CommandError(`a mapping is <group>=<role> or <group>=<role>@<team>, not ${text}`);
  return { group, role, team };
}
