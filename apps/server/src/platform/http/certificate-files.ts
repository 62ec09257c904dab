import { readFile, stat } from 'node:fs/promises';
import type { Server } from 'node:https';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { HostFault } from '@almanac/host';

export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

/** Encrypts with authentication, and keeps what was said secret when the key is stolen later. */
const ciphers = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');
const lookMs = 5000;

/**
 * Reads certificate and key.
 *
 * @throws {HostFault} with one sentence when they cannot be read, or do not belong together
 */
export async function readCertificate(files: CertificateFiles): Promise<SecureContextOptions> {
  const [cert, key] = await Promise.all([readPem(files.certificate), readPem(files.key)]);
  const options: SecureContextOptions = { cert, key, ciphers, minVersion: 'TLSv1.2' };
  try {
    createSecureContext(options);
  } catch (error) {
    throw new HostFault(`${files.certificate} and ${files.key} cannot be used: ${messageOf(error)}`, error);
  }
  return options;
}

/** Uses renewed files for new connections within seconds; those that cannot be used are told, and the ones before kept. */
export function followCertificate(
  server: Server,
  input: {
    readonly files: CertificateFiles;
    readonly complain: (error: unknown) => void;
    readonly lookMs?: number;
  },
): { readonly stop: () => void } {
  const { files, complain } = input;
  let seen: string | undefined;
  const look = async () => {
    const now = await stampOf(files);
    if (now === seen) return;
    const first = seen === undefined;
    seen = now;
    if (!first) server.setSecureContext(await readCertificate(files));
  };
  void look().catch(complain);
  const timer = setInterval(() => void look().catch(complain), input.lookMs ?? lookMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

async function stampOf(files: CertificateFiles): Promise<string> {
  const found = await Promise.all([stat(files.certificate), stat(files.key)]);
  return found.map(({ mtimeMs, size, ino }) => `${mtimeMs} ${size} ${ino}`).join(', ');
}

async function readPem(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new HostFault(`${path} cannot be read: ${messageOf(error)}`, error);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
