import { type ClientRequest, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { backendHeaders, passedHeaders } from './headers.ts';
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

/** Passes one request to a backend of a service and its answer back, both as streams. */
export async function proxy(exchange: Exchange): Promise<void> {
  const { response, service } = exchange;
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const backend = await service.acquire(gone.signal);
  if (gone.signal.aborted) {
    if (backend !== undefined) service.release(backend);
    return;
  }
  if (backend === undefined) return answerPlainly(response, 503);
  send({ exchange, backend, attempt: 1 });
}

function send(input: { readonly exchange: Exchange; readonly backend: Backend; readonly attempt: number }): void {
  const { exchange, backend } = input;
  const { request, response, service } = exchange;
  const startedAt = performance.now();
  let released = false;
  const release = () => {
    if (released) return;
    released = true;
    service.release(backend);
  };
  response.once('close', release);
  const outgoing = httpRequest({
    host: '127.0.0.1',
    port: backend.port,
    method: request.method,
    path: request.url,
    headers: backendHeaders(request),
    agent: backend.agent,
    setHost: false,
  });
  const fail = (status: number) => {
    release();
    service.count({ build: backend.build, status, milliseconds: performance.now() - startedAt });
    answerPlainly(response, status);
  };
  outgoing.setTimeout(exchange.idleMs, () => outgoing.destroy(Object.assign(new Error('idle'), { code: 'EIDLE' })));
  outgoing.on('error', (error: NodeJS.ErrnoException) => {
    if (response.destroyed) return release();
    if (maySendAgain({ error, outgoing, request, attempt: input.attempt }) && !response.headersSent) {
      request.unpipe(outgoing);
      response.off('close', release);
      release();
      void sendElsewhere(input);
      return;
    }
    fail(error.code === 'EIDLE' ? 504 : 502);
  });
  outgoing.on('continue', () => exchange.expectsContinue && response.writeContinue());
  outgoing.on(
    'information',
    (info) => info.statusCode === 103 && response.writeEarlyHints({ link: String(info.headers['link'] ?? '') }),
  );
  outgoing.on('response', (incoming) => {
    service.count({
      build: backend.build,
      status: incoming.statusCode ?? 502,
      milliseconds: performance.now() - startedAt,
    });
    passAnswer({ incoming, response });
  });
  response.once('close', () => {
    if (!response.writableFinished) outgoing.destroy();
  });
  if (hasBody(request)) request.pipe(outgoing);
  else outgoing.end();
}

/** The answer that is not there: another backend is tried for what certainly had no effect. */
async function sendElsewhere(input: {
  readonly exchange: Exchange;
  readonly backend: Backend;
  readonly attempt: number;
}): Promise<void> {
  const { service, response } = input.exchange;
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const other = (await service.acquire(gone.signal, input.backend)) ?? (await service.acquire(gone.signal));
  if (other === undefined) return answerPlainly(response, 503);
  if (response.destroyed) return service.release(other);
  send({ ...input, backend: other, attempt: input.attempt + 1 });
}

function maySendAgain(input: {
  readonly error: NodeJS.ErrnoException;
  readonly outgoing: ClientRequest;
  readonly request: IncomingMessage;
  readonly attempt: number;
}): boolean {
  const { error, outgoing, request } = input;
  if (input.attempt >= 3) return false;
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

function hasBody(request: IncomingMessage): boolean {
  return request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
}
