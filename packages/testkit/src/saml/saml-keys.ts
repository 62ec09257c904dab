import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A key that somebody signs with, and the certificate of it, as PEM. */
export interface SamlKey {
  readonly certificate: string;
  readonly privateKey: string;
}

const kinds = {
  rsa: ['rsa:2048'],
  'short-rsa': ['rsa:1024'],
  ec: ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
} as const;

/** Makes a key with a certificate that it signed itself, by the `openssl` program. */
export async function makeSamlKey(kind: keyof typeof kinds = 'rsa'): Promise<SamlKey> {
  const directory = await mkdtemp(join(tmpdir(), 'almanac saml '));
  try {
    const [key, certificate] = [join(directory, 'key.pem'), join(directory, 'certificate.pem')];
    const files = ['-keyout', key, '-out', certificate, '-days', '30', '-subj', '/CN=provider'];
    await run('openssl', ['req', '-x509', '-nodes', '-newkey', ...kinds[kind], ...files]);
    return { certificate: await readFile(certificate, 'utf8'), privateKey: await readFile(key, 'utf8') };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
