import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { forwardedHeaders } from './headers.ts';
import type { Service } from './service.ts';

/** Passes an upgraded connection (WebSocket and the like) through as bytes, both ways, until either side ends it. */
export async function passUpgrade(input: {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly service: Service;
}): Promise<void> {
  const { request, socket, head, service } = input;
  const gone = new AbortController();
  socket.once('close', () => gone.abort());
  socket.on('error', () => socket.destroy());
  const backend = await service.acquire(gone.signal);
  if (backend === undefined) {
    socket.end('HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
    return;
  }
  backend.upgraded += 1;
  const upstream = connect(backend.port, '127.0.0.1');
  const startedAt = performance.now();
  const end = () => {
    upstream.destroy();
    socket.destroy();
  };
  let counted = false;
  const finish = (status: number) => {
    if (counted) return;
    counted = true;
    service.count({ build: backend.build, status, milliseconds: performance.now() - startedAt });
  };
  upstream.once('connect', () => {
    finish(101);
    upstream.write(requestHead(request));
    upstream.write(head);
    socket.pipe(upstream);
    upstream.pipe(socket);
  });
  upstream.on('error', () => {
    finish(502);
    end();
  });
  socket.once('close', end);
  upstream.once('close', () => {
    socket.end();
    backend.upgraded -= 1;
    service.release(backend);
  });
  if (gone.signal.aborted) end();
}

function requestHead(request: IncomingMessage): string {
  const lines = [`${request.method} ${request.url} HTTP/1.1`];
  const own = forwardedHeaders(request);
  const replaced = new Set(own.filter((_, index) => index % 2 === 0));
  for (let index = 0; index + 1 < request.rawHeaders.length; index += 2) {
    const name = request.rawHeaders[index] ?? '';
    if (!replaced.has(name.toLowerCase())) lines.push(`${name}: ${request.rawHeaders[index + 1]}`);
  }
  for (let index = 0; index + 1 < own.length; index += 2) lines.push(`${own[index]}: ${own[index + 1]}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}
