import { chmodSync, lstatSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import {
  type GatewayConfig,
  type GatewayStats,
  type GatewaySuccessor,
  gatewayConfig,
  gatewayControl,
  gatewaySuccessor,
} from '@almanac/protocol/gateway';
import type { z } from 'zod';

/** A socket address of Linux holds 108 bytes with the zero at its end. */
const longestPath = 107;
const largestConfig = 32 * 1024 * 1024;

/** What the agent may ask for. */
export interface Commands {
  readonly program: string;
  /** False when a newer configuration is in force. */
  readonly apply: (config: GatewayConfig) => Promise<boolean>;
  readonly stats: () => Promise<GatewayStats>;
  /** Hands everything over to another program; gives its process. */
  readonly handOver: (successor: GatewaySuccessor) => Promise<number>;
}

interface Answer {
  readonly status: number;
  readonly document: unknown;
}

/**
 * Serves the agent's commands on a Unix socket that only this account can open. A gateway that takes over from another
 * takes its socket too, without a moment in which there is none.
 */
export async function serveControl(input: {
  readonly path: string;
  readonly commands: Commands;
  readonly takesOver: boolean;
}): Promise<Server> {
  const { path, commands, takesOver } = input;
  const place = `${path}~`;
  if (Buffer.byteLength(place) > longestPath)
    throw new Error(`the path of the control socket is longer than ${longestPath - 1} bytes: ${path}`);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if (!takesOver) await removeStale(path);
  rmSync(place, { force: true });
  const server = createServer((request, response) => {
    void carryOut(commands, request)
      .catch((error: unknown) => ({ status: 500, document: { detail: String(error) } }))
      .then(({ status, document }) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(document));
      });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(place, resolve);
  });
  chmodSync(place, 0o600);
  renameSync(place, path);
  server.once('close', () => rmSync(path, { force: true }));
  return server;
}

async function carryOut(commands: Commands, request: IncomingMessage): Promise<Answer> {
  switch (`${request.method} ${request.url}`) {
    case `GET ${gatewayControl.health}`:
      return { status: 200, document: { pid: process.pid, program: commands.program } };
    case `GET ${gatewayControl.stats}`:
      return { status: 200, document: await commands.stats() };
    case `PUT ${gatewayControl.config}`:
      return applied(commands, gatewayConfig.safeParse(await readDocument(request)));
    case `POST ${gatewayControl.successor}`:
      return succeeded(commands, gatewaySuccessor.safeParse(await readDocument(request)));
    default:
      return { status: 404, document: { detail: 'unknown command' } };
  }
}

async function applied(commands: Commands, parsed: z.ZodSafeParseResult<GatewayConfig>): Promise<Answer> {
  if (!parsed.success) return senseless(parsed.error);
  if (await commands.apply(parsed.data)) return { status: 200, document: { revision: parsed.data.revision } };
  const { revision } = await commands.stats();
  return { status: 409, document: { detail: 'a newer configuration is in force', revision } };
}

async function succeeded(commands: Commands, parsed: z.ZodSafeParseResult<GatewaySuccessor>): Promise<Answer> {
  if (!parsed.success) return senseless(parsed.error);
  try {
    return { status: 200, document: { pid: await commands.handOver(parsed.data) } };
  } catch (error) {
    return { status: 409, document: { detail: error instanceof Error ? error.message : String(error) } };
  }
}

function senseless(error: z.ZodError): Answer {
  const detail = error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  return { status: 422, document: { detail } };
}

async function readDocument(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > largestConfig) throw new Error('the document is too large');
    chunks.push(chunk as Buffer);
  }
  return parse(Buffer.concat(chunks).toString('utf8'));
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
