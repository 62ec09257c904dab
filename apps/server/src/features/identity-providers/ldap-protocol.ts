import { X509Certificate } from 'node:crypto';
import { type DirectoryRefusal, endsSessions, filterForAnybody, refusalOfBind } from '@almanac/domain';
import type { Outbound } from '@almanac/host';
import type { LdapConfiguration, ProviderConfiguration } from '@almanac/protocol';
import { FilterParser } from 'ldapts';
import { type LdapConnection, type LdapEntry, withLdap } from './ldap-connection.ts';
import { findByName, findBySubject, type LdapPerson, readIdentity, refusalOfPerson } from './ldap-person.ts';
import { type LdapPatience, type LdapReach, targetOf } from './ldap-socket.ts';
import { ProviderFault } from './provider-fault.ts';
import type {
  CompletedSignIn,
  ConfigurationFault,
  ConfiguredProvider,
  FormProtocol,
  Recheck,
} from './provider-protocol.ts';

type LdapProvider = ConfiguredProvider & { readonly configuration: LdapConfiguration };
type LdapOutbound = Pick<Outbound, 'connect' | 'refusalOfTarget'>;

const usualPatience = { answerMs: 10_000, personMs: 20_000 };

/** Directories by LDAP: whoever signs in is searched for, and then the directory is asked to sign them in. */
export function createLdapProtocol(outbound: LdapOutbound, patience: LdapPatience = usualPatience): FormProtocol {
  const reach = { outbound, patience };
  return {
    kind: 'ldap',
    manner: 'form',
    secrets: ['bindPassword'],
    refusalOf: (configuration) => refusalOf(outbound, ldapOf(configuration)),
    complete: async (provider, given) => {
      // Before anything is said to anybody: many directories let whoever gives no password in, as nobody.
      if (given.password.reveal() === '') throw outOf('wrong-password');
      const known = ldapProvider(provider);
      return asked(reach, known, (connection) => complete(connection, known, given));
    },
    recheck: (provider, { subject }) => recheck(reach, ldapProvider(provider), subject),
    leave: async () => null,
  };
}

function ldapOf(configuration: ProviderConfiguration): LdapConfiguration {
  if (configuration.kind !== 'ldap') throw new Error(`this is ${configuration.kind}, and not LDAP`);
  return configuration;
}

function ldapProvider(provider: ConfiguredProvider): LdapProvider {
  return { ...provider, configuration: ldapOf(provider.configuration) };
}

function refusalOf(outbound: LdapOutbound, configuration: LdapConfiguration): ConfigurationFault | undefined {
  const unreachable = outbound.refusalOfTarget(targetOf(configuration));
  if (unreachable !== undefined) return { pointer: '/server', detail: unreachable };
  if (configuration.authority !== null && !isCertificate(configuration.authority))
    return { pointer: '/authority', detail: 'this is no certificate' };
  const filters = [
    ['/people/filter', filterForAnybody(configuration.people.filter)],
    ['/groups/filter', configuration.groups?.filter],
  ] as const;
  for (const [pointer, filter] of filters) {
    if (filter === undefined) continue;
    try {
      FilterParser.parseString(filter);
    } catch {
      return { pointer, detail: 'this is no filter, such as (objectClass=person)' };
    }
  }
  return undefined;
}

function isCertificate(pem: string): boolean {
  try {
    // A server that signed its own certificate is its own authority.
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

/** Speaks with the directory as whom Almanac looks people up. */
async function asked<Result>(
  reach: LdapReach,
  provider: LdapProvider,
  work: (connection: LdapConnection) => Promise<Result>,
): Promise<Result> {
  return withLdap(reach, provider.configuration, async (connection) => {
    await signInAsOurselves(connection, provider);
    return work(connection);
  });
}

async function signInAsOurselves(connection: LdapConnection, provider: LdapProvider): Promise<void> {
  const password = provider.secretOf('bindPassword');
  if (password === undefined)
    throw new ProviderFault('provider', 'the password of whom Almanac signs in as is missing');
  const answer = await connection.bind(provider.configuration.bindDn, password.reveal());
  if (answer.code === 0) return;
  const why = refusalOfBind(answer);
  throw new ProviderFault(
    'provider',
    why === undefined
      ? `it lets nobody sign in now (result ${answer.code})`
      : `it does not let ${provider.configuration.bindDn} in: ${refusalWords[why]}`,
  );
}

async function complete(
  connection: LdapConnection,
  provider: LdapProvider,
  given: Parameters<FormProtocol['complete']>[1],
): Promise<CompletedSignIn> {
  const person = await findByName(connection, provider.configuration, given.name);
  if (typeof person === 'string') throw outOf(person);
  await given.counted(person.subject);
  await proveBy(connection, person, given.password.reveal());
  // The person may see less of the directory than Almanac does, or nothing.
  await signInAsOurselves(connection, provider);
  return {
    identity: await readIdentity(connection, provider, person),
    claims: claimsOf(person.entry, provider.configuration),
    hadSecondFactor: provider.configuration.secondFactor?.trusted === 'always',
    foreignSession: null,
    kept: {},
    recheck: 'directory',
    logout: false,
  };
}

/** Signs in as the person: the directory decides by its own rules. */
async function proveBy(connection: LdapConnection, person: LdapPerson, password: string): Promise<void> {
  const answer = await connection.bind(person.entry.dn, password);
  const refusal = refusalOfBind(answer) ?? (answer.code === 0 ? refusalOfPerson(person, Date.now()) : undefined);
  if (refusal !== undefined) throw outOf(refusal);
  if (answer.code !== 0) throw new ProviderFault('provider', `it lets nobody sign in now (result ${answer.code})`);
}

/** What the directory says of a person, for whoever tries the configuration. */
function claimsOf(entry: LdapEntry, { people }: LdapConfiguration): CompletedSignIn['claims'] {
  const shown = [people.name, people.displayName, people.email].map((name) => [
    name,
    entry.valuesOf(name).filter((each) => typeof each === 'string'),
  ]);
  return { dn: entry.dn, ...Object.fromEntries(shown) };
}

async function recheck(reach: LdapReach, provider: LdapProvider, subject: string): Promise<Recheck> {
  try {
    return await asked(reach, provider, async (connection) => {
      const person = await findBySubject(connection, provider.configuration, subject);
      const refusal = typeof person === 'string' ? person : refusalOfPerson(person, Date.now());
      if (typeof person === 'string' || endsSessions(refusal)) return { outcome: 'gone' as const };
      return { outcome: 'there' as const, identity: await readIdentity(connection, provider, person) };
    });
  } catch (error) {
    if (error instanceof ProviderFault) return { outcome: 'no-answer' };
    throw error;
  }
}

/** For whoever keeps the directory; the person is told the same whatever it is. */
const refusalWords: Readonly<Record<DirectoryRefusal, string>> = {
  'wrong-password': 'the password is wrong',
  unknown: 'nobody is found by this name',
  ambiguous: 'several entries are found by this name',
  locked: 'the account is locked after too many tries',
  disabled: 'the account is disabled',
  'account-expired': 'the account has expired',
  'password-expired': 'the password has expired',
  'password-must-change': 'the password has to be changed first',
  'not-here-or-now': 'the account may not be used at this time, or from here',
};

function outOf(refusal: DirectoryRefusal): ProviderFault {
  return new ProviderFault('person', refusalWords[refusal]);
}
