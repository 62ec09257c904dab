import { type ClientRequest, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { backendHeaders, hasBody, passedHeaders } from './headers.ts';
import { answerPlainly } from './plain-answer.ts';
import type { Backend, Service } from './service.ts';

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly service: Service;
  readonly idleMs: number;
  /** The client waits for 100 before it sends its body. */
  readonly expectsContinue: boolean;
}

/** Methods that may be sent again when a connection was lost before any answer (RFC 9110, section 9.2.2). */
const repeatable = new Set(['GET', 'HEAD', 'OPTIONS']);

/** How many backends are asked at most for one request. */
const mostAttempts = 3;

/** Passes one request to a backend of a service and its answer back, both as streams; ends with the answer. */
export async function proxy(exchange: Exchange): Promise<void> {
  const { response, service } = exchange;
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  let tried: Backend | undefined;
  for (let attempt = 1; ; attempt += 1) {
    const backend = await pick({ service, gone: gone.signal, tried });
    if (backend === undefined) return gone.signal.aborted ? undefined : answerPlainly(response, 503);
    const again = await send({ exchange, backend, gone: gone.signal, isLast: attempt === mostAttempts });
    service.release(backend);
    if (!again) return;
    tried = backend;
  }
}

/** Another backend than the one that was tried, or that one again when there is no other. */
async function pick(input: {
  readonly service: Service;
  readonly gone: AbortSignal;
  readonly tried: Backend | undefined;
}): Promise<Backend | undefined> {
  const { service, gone, tried } = input;
  const other = tried === undefined ? undefined : await service.acquire(gone, tried);
  const backend = other ?? (await service.acquire(gone));
  if (backend === undefined || !gone.aborted) return backend;
  service.release(backend);
  return undefined;
}

interface Attempt {
  readonly exchange: Exchange;
  readonly backend: Backend;
  /** Aborts when the answer is over, or the client left before it was. */
  readonly gone: AbortSignal;
  readonly isLast: boolean;
}

/** Resolves when the exchange is over; true when it had no effect and may be tried with another backend. */
function send({ exchange, backend, gone, isLast }: Attempt): Promise<boolean> {
  const { request, response, service } = exchange;
  const startedAt = performance.now();
  const count = (status: number) =>
    service.count({ build: backend.build, status, milliseconds: performance.now() - startedAt });
  return new Promise((resolve) => {
    const outgoing = httpRequest({
      host: '127.0.0.1',
      port: backend.port,
      method: request.method,
      path: request.url,
      headers: backendHeaders(request),
      agent: backend.agent,
      setHost: false,
    });
    const over = () => {
      if (!response.writableFinished) outgoing.destroy();
      resolve(false);
    };
    gone.addEventListener('abort', over, { once: true });
    outgoing.setTimeout(exchange.idleMs, () => outgoing.destroy(Object.assign(new Error('idle'), { code: 'EIDLE' })));
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      if (response.destroyed) return;
      if (!isLast && !response.headersSent && maySendAgain({ error, outgoing, request })) {
        gone.removeEventListener('abort', over);
        request.unpipe(outgoing);
        resolve(true);
        return;
      }
      const status = error.code === 'EIDLE' ? 504 : 502;
      count(status);
      answerPlainly(response, status);
    });
    outgoing.on('continue', () => exchange.expectsContinue && response.writeContinue());
    outgoing.on(
      'information',
      (info) => info.statusCode === 103 && response.writeEarlyHints({ link: String(info.headers['link'] ?? '') }),
    );
    outgoing.on('response', (incoming) => {
      count(incoming.statusCode ?? 502);
      passAnswer({ incoming, response });
    });
    if (hasBody(request)) request.pipe(outgoing);
    else outgoing.end();
  });
}

function maySendAgain(input: {
  readonly error: NodeJS.ErrnoException;
  readonly outgoing: ClientRequest;
  readonly request: IncomingMessage;
}): boolean {
  const { error, outgoing, request } = input;
  // Nobody listened, so nobody received anything; the body is untouched as long as nothing was read of it.
  if (error.code === 'ECONNREFUSED') return !hasBody(request) || request.readableDidRead === false;
  const lost = error.code === 'ECONNRESET' || error.code === 'EPIPE';
  return lost && outgoing.reusedSocket && repeatable.has(request.method ?? '') && !hasBody(request);
}

function passAnswer(input: { readonly incoming: IncomingMessage; readonly response: ServerResponse }): void {
  const { incoming, response } = input;
  const headers = passedHeaders(incoming.rawHeaders, incoming.headers);
  const trailer = incoming.headers['trailer'];
  if (trailer !== undefined) headers.push('trailer', String(trailer));
  response.writeHead(incoming.statusCode ?? 502, incoming.statusMessage, headers);
  // Without this an event stream would wait for its first event to show that it is open.
  response.flushHeaders();
  if (trailer === undefined) return void pipeline(incoming, response, () => undefined);
  incoming.pipe(response, { end: false });
  incoming.on('end', () => {
    response.addTrailers(incoming.trailers as Record<string, string>);
    response.end();
  });
  incoming.on('error', () => response.destroy());
}
