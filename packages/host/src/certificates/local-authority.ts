import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { HostFault } from '../host-fault.ts';

export interface CertificateFiles {
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** A certificate authority of this machine, for development and tests: nobody trusts it who was not told to. */
export interface LocalAuthority {
  /** What a client has to trust. */
  readonly authorityFile: string;
  /** Makes a certificate for host names, also `*.example.test`; an earlier one of the same file name is replaced. */
  readonly issue: (file: string, names: readonly string[]) => Promise<CertificateFiles>;
}

const authorityDays = 3650;
/** Longer ones are refused by browsers. */
const certificateDays = 397;
const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/**
 * Opens the authority of a directory, which is made when it is missing. Certificates are made by the `openssl` program:
 * Node signs and verifies, but writes none.
 *
 * @throws {HostFault} when `openssl` is not installed or fails
 */
export async function openLocalAuthority(directory: string): Promise<LocalAuthority> {
  const [authorityFile, authorityKey] = [join(directory, 'authority.pem'), join(directory, 'authority.key')];
  await mkdir(directory, { recursive: true, mode: 0o700 });
  if (!existsSync(authorityFile)) await makeAuthority(authorityFile, authorityKey);
  return {
    authorityFile,
    issue: async (file, names) => {
      const unfit = names.find((name) => !/^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*$/i.test(name));
      if (unfit !== undefined || names.length === 0) throw new HostFault(`${unfit ?? 'nothing'} is no host name`);
      const [certificateFile, keyFile] = [join(directory, `${file}.pem`), join(directory, `${file}.key`)];
      const [request, extensions] = [`${certificateFile}.request`, `${certificateFile}.extensions`];
      await writeFile(extensions, extensionsFor(names));
      await openssl([
        'req',
        '-new',
        ...newKey,
        '-keyout',
        `${keyFile}.new`,
        '-out',
        request,
        '-subj',
        `/CN=${names[0]}`,
      ]);
      await openssl([
        ...['x509', '-req', '-in', request, '-CA', authorityFile, '-CAkey', authorityKey, '-CAcreateserial'],
        ...['-days', String(certificateDays), '-sha256', '-extfile', extensions, '-out', `${certificateFile}.new`],
      ]);
      await rename(`${keyFile}.new`, keyFile);
      await rename(`${certificateFile}.new`, certificateFile);
      await Promise.all([rm(request), rm(extensions)]);
      return { certificateFile, keyFile };
    },
  };
}

async function makeAuthority(authorityFile: string, authorityKey: string): Promise<void> {
  await openssl([
    ...['req', '-x509', ...newKey, '-keyout', authorityKey, '-out', `${authorityFile}.new`],
    ...['-days', String(authorityDays), '-subj', '/CN=Almanac local authority'],
    ...['-addext', 'basicConstraints=critical,CA:TRUE,pathlen:0', '-addext', 'keyUsage=critical,keyCertSign,cRLSign'],
  ]);
  await rename(`${authorityFile}.new`, authorityFile);
}

function extensionsFor(names: readonly string[]): string {
  return [
    'basicConstraints=critical,CA:FALSE',
    'keyUsage=critical,digitalSignature',
    'extendedKeyUsage=serverAuth',
    `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}`,
  ].join('\n');
}

async function openssl(args: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)('openssl', args);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new HostFault(
      missing ? 'openssl is not installed; install it, or give a certificate of your own' : 'openssl failed',
      error,
    );
  }
}
