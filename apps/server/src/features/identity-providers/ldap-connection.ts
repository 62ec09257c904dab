import type { Duplex } from 'node:stream';
import type { LdapConfiguration } from '@almanac/protocol';
import { type Client, type Filter, PasswordPolicyControl, ResultCodeError } from 'ldapts';
import { ldapFault } from './ldap-fault.ts';
import { clientOn, type LdapPatience, type LdapReach, openLdapSocket } from './ldap-socket.ts';
import { ProviderFault } from './provider-fault.ts';

/** What is in the directory under one name. */
export interface LdapEntry {
  readonly dn: string;
  /** The values of an attribute; bytes where they are no text. */
  readonly valuesOf: (attribute: string) => readonly (string | Buffer)[];
}

export interface LdapSearch {
  readonly base: string;
  readonly filter: string | Filter;
  readonly attributes: readonly string[];
  /** Entries; a directory that has more of them is a fault, unless they are cut. */
  readonly most: number;
  readonly more: 'fault' | 'cut';
}

/** What a directory answers when somebody signs in to it: whether and why not. */
export interface LdapBind {
  readonly code: number;
  readonly message: string;
  /** The code of the password policy, where one was sent. */
  readonly policy: number | undefined;
}

/** An encrypted conversation with a directory. */
export interface LdapConnection {
  readonly bind: (dn: string, password: string) => Promise<LdapBind>;
  /** Everything that is found, page by page. Referrals are not followed, and aliases not resolved. */
  readonly search: (search: LdapSearch) => Promise<readonly LdapEntry[]>;
  /** What the directory says of itself. */
  readonly root: () => Promise<LdapEntry | undefined>;
}

/** Attributes whose values are bytes, by the name that directories give them. */
const bytes = ['objectGUID'];
const pageSize = 100;

/**
 * Speaks with a directory, and hangs up.
 *
 * @throws {ProviderFault} for what the directory or the way to it did wrong; what `work` throws otherwise is its own
 */
export async function withLdap<Result>(
  reach: LdapReach,
  configuration: LdapConfiguration,
  work: (connection: LdapConnection) => Promise<Result>,
): Promise<Result> {
  const socket = await openLdapSocket(reach, configuration).catch((error: unknown) => {
    throw ldapFault(error);
  });
  try {
    return await work(connectionOn(socket, reach.patience));
  } finally {
    socket.destroy();
  }
}

function connectionOn(socket: Duplex, { answerMs }: LdapPatience): LdapConnection {
  const client = clientOn(socket, answerMs);
  const told = async <Result>(asked: Promise<Result>): Promise<Result> =>
    asked.catch((error: unknown) => {
      // What ended the connection says more than that it ended.
      throw ldapFault(socket.errored ?? error);
    });
  const searchAll = async (wanted: LdapSearch): Promise<readonly LdapEntry[]> => {
    const found: LdapEntry[] = [];
    const pages = client.searchPaginated(wanted.base, {
      scope: wanted.base === '' ? 'base' : 'sub',
      filter: wanted.filter,
      attributes: [...wanted.attributes],
      explicitBufferAttributes: bytes,
      timeLimit: Math.ceil(answerMs / 1000),
      paged: { pageSize },
    });
    for await (const page of pages) {
      found.push(...page.searchEntries.map(entryOf));
      if (found.length <= wanted.most) continue;
      if (wanted.more === 'cut') break;
      throw new ProviderFault('provider', `it finds more than ${wanted.most} under ${wanted.base}`);
    }
    return found;
  };
  const search = (wanted: LdapSearch) => told(searchAll(wanted));
  return {
    bind: async (dn, password) => {
      // Without a password, or without a name, servers let anybody in as nobody, and call that a success (RFC 4513, 5.1).
      if (password === '') throw new Error('nobody signs in without a password');
      if (!dn.includes('=')) throw new ProviderFault('provider', 'an entry has no distinguished name');
      return told(bind(client, dn, password));
    },
    search,
    root: async () => {
      const attributes = ['supportedCapabilities'];
      const [root] = await search({ base: '', filter: '(objectClass=*)', attributes, most: 1, more: 'cut' });
      return root;
    },
  };
}

async function bind(client: Client, dn: string, password: string): Promise<LdapBind> {
  const control = new PasswordPolicyControl();
  try {
    await client.bind(dn, password, control);
    return { code: 0, message: '', policy: control.value?.error };
  } catch (error) {
    if (!(error instanceof ResultCodeError)) throw error;
    return { code: error.code, message: error.message, policy: control.value?.error };
  }
}

function entryOf(entry: { readonly dn: string; readonly [attribute: string]: unknown }): LdapEntry {
  const values = new Map(Object.entries(entry).map(([name, value]) => [name.toLowerCase(), [value].flat()]));
  return {
    dn: entry.dn,
    valuesOf: (attribute) =>
      (values.get(attribute.toLowerCase()) ?? []).filter(
        (each): each is string | Buffer => typeof each === 'string' || Buffer.isBuffer(each),
      ),
  };
}
