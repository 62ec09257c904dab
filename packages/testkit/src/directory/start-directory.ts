import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CertificateFiles, openLocalAuthority } from '@almanac/host';
import { freePorts } from '../free-ports.ts';
import { waitUntil } from '../wait-until.ts';

const program = '/usr/sbin/slapd';
const client = '/usr/bin/ldapmodify';
const schemas = '/etc/ldap/schema';
export const suffix = 'dc=example,dc=com';

/** Whether Debian's slapd and its clients are installed; tests that need them say so where they are not. */
export function hasDirectoryProgram(): boolean {
  return existsSync(program) && existsSync(client);
}

/** A real directory: OpenLDAP's server, with TLS by an authority of its own. */
export interface DirectoryProcess {
  /** With TLS from the beginning, and with StartTLS; the certificate is of `localhost`. */
  readonly tls: string;
  readonly startTls: string;
  /** The authority that signed its certificate, as PEM. */
  readonly authority: string;
  /** Files of its certificate and key, for whoever pretends to be it. */
  readonly certificate: CertificateFiles;
  /** Who may read everything but passwords. */
  readonly reader: { readonly dn: string; readonly password: string };
  /** Carries out changes that are written as LDIF (RFC 2849), as whoever may do everything. */
  readonly change: (ldif: string) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** What slapd is told: nobody signs in without encryption, and no search gives more than 100 entries but in pages. */
function configurationOf(directory: string, certificate: CertificateFiles) {
  const reader = `cn=almanac,${suffix}`;
  return `
include ${schemas}/core.schema
include ${schemas}/cosine.schema
include ${schemas}/inetorgperson.schema
attributetype ( 1.2.840.113556.1.4.2 NAME 'objectGUID' EQUALITY octetStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.8 NAME 'userAccountControl' EQUALITY integerMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
objectclass ( 1.3.6.1.4.1.4203.666.100 NAME 'windowsAccount' SUP top AUXILIARY MAY ( objectGUID $ userAccountControl ) )
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload ppolicy
pidfile ${directory}/pid
TLSCertificateFile ${certificate.certificateFile}
TLSCertificateKeyFile ${certificate.keyFile}
security simple_bind=128
localSSF 256
sizelimit size.soft=100 size.hard=100 size.prtotal=unlimited
database mdb
maxsize 268435456
suffix "${suffix}"
rootdn "cn=root,${suffix}"
rootpw root
directory ${directory}/data
index objectClass,uid,member,entryUUID,objectGUID eq
overlay ppolicy
ppolicy_default "cn=policy,${suffix}"
ppolicy_use_lockout
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="${reader}" read by * none
`;
}

function baseEntries(password: string): string {
  return `dn: ${suffix}
objectClass: dcObject
objectClass: organization
o: Example
dc: example

dn: cn=almanac,${suffix}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: almanac
userPassword: ${password}

dn: cn=policy,${suffix}
objectClass: applicationProcess
objectClass: pwdPolicy
cn: policy
pwdAttribute: userPassword
pwdLockout: TRUE
pwdMaxFailure: 50
pwdMustChange: TRUE

dn: ou=people,${suffix}
objectClass: organizationalUnit
ou: people

dn: ou=groups,${suffix}
objectClass: organizationalUnit
ou: groups
`;
}

/**
 * Starts slapd on a folder and ports of its own.
 *
 * @param entries What is in it beside `ou=people` and `ou=groups`, as LDIF
 */
export async function startDirectory(entries: string): Promise<DirectoryProcess> {
  const directory = await mkdtemp(join(tmpdir(), 'almanac-directory-'));
  await mkdir(join(directory, 'data'));
  const authority = await openLocalAuthority(join(directory, 'tls'));
  const certificate = await authority.issue('directory', ['localhost']);
  const [configuration, ldif] = [join(directory, 'slapd.conf'), join(directory, 'entries.ldif')];
  const reader = { dn: `cn=almanac,${suffix}`, password: 'what almanac signs in with' };
  await writeFile(configuration, configurationOf(directory, certificate));
  await writeFile(ldif, `${baseEntries(reader.password)}\n${entries}`);
  await run('/usr/sbin/slapadd', ['-q', '-f', configuration, '-l', ldif]);
  const port = await freePorts(2);
  const [tls, startTls] = [`ldaps://localhost:${port}`, `ldap://localhost:${port + 1}`];
  const local = `ldapi://${encodeURIComponent(join(directory, 'socket'))}`;
  const listen = `ldaps://127.0.0.1:${port}/ ldap://127.0.0.1:${port + 1}/ ${local}`;
  const child = spawn(program, ['-d', '0', '-f', configuration, '-h', listen], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await waitUntil('the directory', () => answers(port), 10);
  return {
    tls,
    startTls,
    authority: await readFile(authority.authorityFile, 'utf8'),
    certificate,
    reader,
    change: (changes) => run(client, ['-H', local, '-D', `cn=root,${suffix}`, '-w', 'root'], changes),
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function run(command: string, args: readonly string[], input = ''): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = execFile(command, [...args], (error, _out, complaint) =>
      error === null ? resolve() : reject(new Error(`${command}: ${complaint || error.message}`)),
    );
    child.stdin?.end(input);
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
