import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Backend } from './backends/backend.ts';
import { hasBody } from './client-request.ts';
import { backendHeaders, passedHeaders } from './headers.ts';
import { noHeaders, type OwnHeaders } from './own-headers.ts';
import { plainHead } from './plain-answer.ts';
import type { Service } from './service.ts';

interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  /** What the client sent behind its request already. */
  readonly head: Buffer;
  readonly service: Service;
  readonly secure: boolean;
}

/** Whether a request may leave HTTP: to HTTP/2 it may not, for then nobody would see where its requests begin. */
export function mayUpgrade(request: IncomingMessage): boolean {
  return (request.headers.upgrade ?? '').toLowerCase() !== 'h2c';
}

/** Passes an upgraded connection (WebSocket and the like) through as bytes, both ways, until either side ends it. */
export async function passUpgrade(upgrade: Upgrade): Promise<void> {
  const { request, socket, service } = upgrade;
  socket.on('error', () => socket.destroy());
  // Behind a body that the backend waits for, bytes could pass as another request.
  if (hasBody(request)) return void socket.end(plainHead(400));
  const backend = service.choose(request.headers) ?? (await service.wait(request.headers, socket));
  if (backend === undefined) return void socket.end(plainHead(503));
  if (socket.destroyed) return service.release(backend);
  askBackend(upgrade, backend);
}

function askBackend({ request, socket, head, service, secure }: Upgrade, backend: Backend): void {
  const startedAt = performance.now();
  backend.upgraded += 1;
  const count = (status: number) => service.count(backend, status, performance.now() - startedAt);
  const outgoing = httpRequest({
    host: '127.0.0.1',
    port: backend.port,
    method: request.method,
    path: request.url,
    headers: [...backendHeaders(request, secure), 'connection', 'upgrade', 'upgrade', request.headers.upgrade ?? ''],
    agent: false,
    setHost: false,
  });
  socket.once('close', () => {
    outgoing.destroy();
    backend.upgraded -= 1;
    service.release(backend);
  });
  outgoing.on('error', () => {
    count(502);
    socket.end(plainHead(502));
  });
  outgoing.on('upgrade', (answer, upstream, behind) => {
    count(101);
    socket.write(answerHead(answer, ['connection', 'upgrade', 'upgrade', answer.headers.upgrade ?? '']));
    socket.write(behind);
    upstream.write(head);
    join(socket, upstream);
    join(upstream, socket);
  });
  // The backend stays with HTTP: its answer is the last on this connection.
  outgoing.on('response', (answer) => {
    count(answer.statusCode ?? 502);
    socket.write(answerHead(answer, ['connection', 'close'], service.headersOver(secure)));
    answer.on('error', () => socket.destroy());
    answer.pipe(socket);
  });
  outgoing.end();
}

/** Passes on what one side sends, and its end: a connection that half of it left is over. */
function join(from: Duplex, to: Duplex): void {
  from.pipe(to, { end: false });
  from.on('error', () => from.destroy());
  from.once('end', () => to.end(() => to.destroy()));
  from.once('close', () => to.destroy());
}

function answerHead(answer: IncomingMessage, ofConnection: readonly string[], own: OwnHeaders = noHeaders): string {
  const lacking = own.lines.filter(({ name, whenSent }) => whenSent !== 'keep' || answer.headers[name] === undefined);
  const headers = [
    ...passedHeaders(answer.rawHeaders, answer.headers, own.replaced),
    ...lacking.flatMap(({ name, value }) => [name, value]),
    ...ofConnection,
  ];
  const lines = [`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}`];
  for (let index = 0; index + 1 < headers.length; index += 2) lines.push(`${headers[index]}: ${headers[index + 1]}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}
