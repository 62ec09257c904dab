import { chmodSync, lstatSync, mkdirSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { type GatewayConfig, gatewayConfig, gatewayControl } from '@almanac/protocol';
import type { Gateway } from './gateway.ts';

/** A socket address of Linux holds 108 bytes with the zero at its end. */
const longestPath = 107;
const largestConfig = 32 * 1024 * 1024;

/** Serves the agent's commands on a Unix socket that only this account can open. */
export async function serveControl(input: {
  readonly path: string;
  readonly gateway: Gateway;
  readonly onApplied: (config: GatewayConfig) => void;
}): Promise<Server> {
  const { path, gateway } = input;
  if (Buffer.byteLength(path) > longestPath)
    throw new Error(`the path of the control socket is longer than ${longestPath} bytes: ${path}`);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  await removeStale(path);
  const server = createServer((request, response) => {
    const answer = (status: number, document: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(document));
    };
    if (request.method === 'GET' && request.url === gatewayControl.health) return answer(200, { pid: process.pid });
    if (request.method === 'GET' && request.url === gatewayControl.stats) return answer(200, gateway.stats());
    if (request.method !== 'PUT' || request.url !== gatewayControl.config)
      return answer(404, { detail: 'unknown command' });
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > largestConfig) request.destroy();
      else chunks.push(chunk);
    });
    request.on('end', () => {
      const parsed = gatewayConfig.safeParse(parse(Buffer.concat(chunks).toString('utf8')));
      if (!parsed.success)
        return answer(422, {
          detail: parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
        });
      if (!gateway.apply(parsed.data))
        return answer(409, { detail: 'a newer configuration is in force', revision: gateway.stats().revision });
      input.onApplied(parsed.data);
      return answer(200, { revision: parsed.data.revision });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  chmodSync(path, 0o600);
  return server;
}

/** A socket that somebody answers on belongs to a gateway that lives: this one must not take its place. */
async function removeStale(path: string): Promise<void> {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return;
  const alive = await new Promise<boolean>((resolve) => {
    const probe = connect(path, () => {
      probe.destroy();
      resolve(true);
    });
    probe.on('error', () => resolve(false));
  });
  if (alive) throw new Error(`another gateway answers on ${path}`);
  rmSync(path, { force: true });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
