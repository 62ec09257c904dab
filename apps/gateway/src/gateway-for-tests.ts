import { createServer, type IncomingMessage, type RequestListener, request, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import {
  type GatewayBackend,
  type GatewayConfig,
  type GatewayConfigInput,
  type GatewayServiceInput,
  gatewayConfig,
} from '@almanac/protocol';
import { pino } from 'pino';
import { createGateway, type Gateway } from './gateway.ts';

/** A program behind the gateway: a real server on a port of its own. */
export interface Program {
  readonly port: number;
  readonly server: Server;
  readonly close: () => Promise<void>;
}

export async function startProgram(handler: RequestListener): Promise<Program> {
  const server = createServer(handler);
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    server,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** A backend of a configuration; active, and the only one of a version of its own name unless told otherwise. */
export function aBackend(instance: string, port: number, other: Partial<GatewayBackend> = {}): GatewayBackend {
  return { instance, port, version: instance, state: 'active', ...other };
}

/** One service `shop/web` with the host name `shop.localhost`; versions weigh the same unless told otherwise. */
export function aConfig(input: {
  readonly port: number;
  readonly backends: readonly GatewayBackend[];
  readonly revision?: number;
  readonly hold?: boolean;
  readonly weights?: Readonly<Record<string, number>>;
  readonly limits?: GatewayConfigInput['limits'];
  readonly routing?: Pick<GatewayServiceInput, 'rules' | 'spread' | 'sticky' | 'mirror'>;
}): GatewayConfig {
  const versions = new Set([...Object.keys(input.weights ?? {}), ...input.backends.map((each) => each.version)]);
  return gatewayConfig.parse({
    revision: input.revision ?? 1,
    listeners: [{ port: input.port, target: { kind: 'hosts', hosts: { 'shop.localhost': 'shop/web' } } }],
    services: [
      {
        name: 'shop/web',
        hold: input.hold ?? false,
        versions: [...versions].map((version) => ({
          version,
          build: `build of ${version}`,
          weight: input.weights?.[version] ?? 1,
        })),
        backends: input.backends,
        ...input.routing,
      },
    ],
    limits: input.limits ?? {},
  });
}

export function aGateway(): Gateway {
  return createGateway(pino({ level: 'silent' }));
}

export interface Asked {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly trailers: IncomingMessage['trailers'];
  readonly body: string;
}

export interface Question {
  readonly port: number;
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** Asks on a connection of its own. */
export function ask(question: Question): Promise<Asked> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: '127.0.0.1',
        port: question.port,
        method: question.method ?? 'GET',
        path: question.path ?? '/',
        headers: { host: 'shop.localhost', ...question.headers },
        agent: false,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            trailers: response.trailers,
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(question.body);
  });
}
