import { suffix } from './start-directory.ts';

export interface DirectoryPerson {
  readonly uid: string;
  readonly cn: string;
  readonly mail?: string;
  readonly password: string;
  /** Object classes beside `inetOrgPerson`. */
  readonly classes?: readonly string[];
  /** Further lines of LDIF. */
  readonly more?: readonly string[];
}

/** The distinguished name of somebody, the special characters of their name escaped (RFC 4514). */
export function dnOf(uid: string): string {
  return `uid=${uid.replaceAll(/[,+"\\<>;=#]/g, (each) => `\\${each}`)},ou=people,${suffix}`;
}

export function personLdif({ uid, cn, mail, password, classes = [], more = [] }: DirectoryPerson): string {
  return [
    line('dn', dnOf(uid)),
    ...['inetOrgPerson', ...classes].map((each) => `objectClass: ${each}`),
    line('uid', uid),
    line('cn', cn),
    line('sn', cn),
    ...(mail === undefined ? [] : [line('mail', mail)]),
    line('userPassword', password),
    ...more,
    '\n',
  ].join('\n');
}

/** A group of members that need not exist. */
export function groupLdif(cn: string, members: readonly string[]): string {
  return [
    `dn: cn=${cn},ou=groups,${suffix}`,
    'objectClass: groupOfNames',
    `cn: ${cn}`,
    ...members.map((each) => line('member', each)),
    '\n',
  ].join('\n');
}

/** Any text, as LDIF carries it. */
function line(name: string, value: string): string {
  return `${name}:: ${Buffer.from(value, 'utf8').toString('base64')}`;
}
