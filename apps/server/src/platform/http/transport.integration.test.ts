import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type SecureVersion } from 'node:tls';
import { HostFault, type LocalAuthority, openLocalAuthority } from '@almanac/host';
import { waitUntil } from '@almanac/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { followCertificate, readCertificate } from './certificate-files.ts';
import { startChallengeServer } from './challenge-server.ts';

let directory: string;
let authority: LocalAuthority;
let server: Server;
let follow: { readonly stop: () => void };
let files: { readonly certificate: string; readonly key: string };
const complaints: unknown[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'almanac tls '));
  authority = await openLocalAuthority(directory);
  const { certificateFile, keyFile } = await authority.issue('server', ['localhost']);
  files = { certificate: certificateFile, key: keyFile };
  server = createServer(await readCertificate(files), (_request, response) => void response.end('hello'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  follow = followCertificate(server, { files, complain: (error) => complaints.push(error), lookMs: 20 });
});
afterAll(async () => {
  follow.stop();
  server.close();
  await rm(directory, { recursive: true, force: true });
});

/** The number of the certificate that a new connection is shown, and how it is encrypted. */
async function meet(limits: {
  readonly maxVersion?: SecureVersion;
  readonly minVersion?: SecureVersion;
  ciphers?: string;
}) {
  const ca = await readFile(authority.authorityFile, 'utf8');
  const { port } = server.address() as AddressInfo;
  return new Promise<{ readonly serial: string; readonly protocol: string | null }>((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, servername: 'localhost', ca, ...limits }, () => {
      resolve({ serial: socket.getPeerCertificate().serialNumber, protocol: socket.getProtocol() });
      socket.end();
    });
    socket.on('error', reject);
  });
}

describe('a server with a certificate', () => {
  it('speaks TLS 1.3 and 1.2, and nothing older or weaker', async () => {
    expect((await meet({})).protocol).toBe('TLSv1.3');
    expect((await meet({ maxVersion: 'TLSv1.2' })).protocol).toBe('TLSv1.2');
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    await expect(meet(old)).rejects.toThrow(/alert|protocol|version/i);
    const weak = { maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA:ECDHE-ECDSA-AES128-SHA' } as const;
    await expect(meet(weak)).rejects.toThrow(/handshake failure|alert/i);
  });

  it('uses a renewed one for new connections, and keeps the one before when the files are damaged', async () => {
    const before = await meet({});
    await authority.issue('server', ['localhost']);
    await waitUntil('the renewed certificate is used', async () => (await meet({})).serial !== before.serial);
    const renewed = await meet({});

    await writeFile(files.certificate, 'not a certificate');
    await waitUntil('the damage is told', async () => complaints.length > 0);

    expect((await meet({})).serial).toBe(renewed.serial);
    expect(String(complaints.at(-1))).toContain('server.pem');
  });

  it('does not start with files that cannot be used', async () => {
    await expect(readCertificate({ certificate: join(directory, 'none'), key: files.key })).rejects.toThrow(HostFault);
    await expect(readCertificate({ ...files, certificate: files.key })).rejects.toThrow(/cannot be used/);
  });
});

describe('a challenge of a certificate authority', () => {
  it('is answered from its folder alone, and everything else is sent to the console', async () => {
    const folder = join(directory, 'challenges');
    await mkdir(folder);
    await writeFile(join(folder, 'token-1_A'), 'token-1_A.thumbprint');
    const challenges = await startChallengeServer({
      directory: folder,
      host: '127.0.0.1',
      port: 0,
      publicUrl: 'https://almanac.example.com',
    });
    const { port } = challenges.address() as AddressInfo;
    const ask = (path: string, method = 'GET') =>
      fetch(`http://127.0.0.1:${port}${path}`, { method, redirect: 'manual' });

    const answered = await ask('/.well-known/acme-challenge/token-1_A');
    const elsewhere = await ask('/plans?x=1');

    expect([answered.status, await answered.text()]).toEqual([200, 'token-1_A.thumbprint']);
    expect([elsewhere.status, elsewhere.headers.get('location')]).toEqual([308, 'https://almanac.example.com']);
    for (const name of ['none', '..%2fserver.key', '%2e%2e%2fserver.key', 'a/b', ''])
      expect((await ask(`/.well-known/acme-challenge/${name}`)).status).toBe(404);
    expect((await ask('/', 'POST')).status).toBe(405);
    challenges.close();
  });
});
