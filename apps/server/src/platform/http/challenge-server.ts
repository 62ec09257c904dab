import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';

const prefix = '/.well-known/acme-challenge/';
/** The alphabet of base64url, in which tokens are written (RFC 8555, 8.3). */
const token = /^[A-Za-z0-9_-]{1,200}$/;

/**
 * Answers the challenges of a certificate authority (http-01) from the folder into which an ACME client writes them, over plain
 * HTTP as the protocol asks. Everything else is sent to the console's own address.
 */
export async function startChallengeServer(input: {
  readonly directory: string;
  readonly host: string;
  readonly port: number;
  readonly publicUrl: string;
}): Promise<Server> {
  const server = createServer({ maxHeaderSize: 8192, requestTimeout: 10_000 }, (request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    const name = path.startsWith(prefix) ? path.slice(prefix.length) : undefined;
    if (request.method !== 'GET') return void response.writeHead(405, { allow: 'GET' }).end();
    if (name === undefined) return void response.writeHead(308, { location: new URL(input.publicUrl).origin }).end();
    if (!token.test(name)) return void response.writeHead(404).end();
    readFile(join(input.directory, name)).then(
      (content) => response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(content),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(input.port, input.host, resolve);
  });
  return server;
}
