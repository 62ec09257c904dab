import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Dispatcher } from 'undici';
import { backendHeaders, hasBody, passedAnswerHeaders } from './headers.ts';
import { answerPlainly } from './plain-answer.ts';
import type { Backend, Service } from './service.ts';

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly service: Service;
  readonly idleMs: number;
}

/** Methods that may be sent again when a connection was lost before any answer (RFC 9110, section 9.2.2). */
const repeatable = new Set(['GET', 'HEAD', 'OPTIONS']);

/** How many backends are asked at most for one request. */
const mostAttempts = 3;

/** Passes one request to a backend of a service and its answer back, both as streams. */
export function proxy(exchange: Exchange): void {
  const backend = exchange.service.choose();
  if (backend === undefined) waitAndSend(exchange, 1);
  else send({ exchange, backend, attempt: 1 });
}

function waitAndSend(exchange: Exchange, attempt: number): void {
  const { response, service } = exchange;
  void service.wait(response).then((backend) => {
    if (backend === undefined) return response.destroyed ? undefined : answerPlainly(response, 503);
    return response.destroyed ? service.release(backend) : send({ exchange, backend, attempt });
  });
}

/** The same request for another backend than the one that was tried, or for that one when there is no other. */
function sendAgain({ exchange, backend, attempt }: Attempt): void {
  const { service } = exchange;
  const other = service.choose(backend) ?? service.choose();
  if (other === undefined) waitAndSend(exchange, attempt + 1);
  else send({ exchange, backend: other, attempt: attempt + 1 });
}

interface Attempt {
  readonly exchange: Exchange;
  readonly backend: Backend;
  readonly attempt: number;
}

function send(current: Attempt): void {
  const { exchange, backend } = current;
  const { request, response, service, idleMs } = exchange;
  const startedAt = performance.now();
  const count = (status: number) =>
    service.count({ build: backend.build, status, milliseconds: performance.now() - startedAt });
  let controller: Dispatcher.DispatchController | undefined;
  // The answer is over, or the client left before it was.
  const over = () => {
    if (!response.writableFinished) controller?.abort(new Error('the client left'));
    service.release(backend);
  };
  response.once('close', over);
  backend.pool.dispatch(
    {
      method: request.method as Dispatcher.HttpMethod,
      path: request.url ?? '/',
      headers: backendHeaders(request),
      body: hasBody(request) ? request : null,
      headersTimeout: idleMs,
      bodyTimeout: idleMs,
    },
    {
      onRequestStart: (given) => {
        controller = given;
        if (response.destroyed) given.abort(new Error('the client left'));
      },
      onResponseStart: (given, status, headers, message) => {
        if (status === 103) response.writeEarlyHints({ link: String(headers['link'] ?? '') });
        if (status < 200) return;
        count(status);
        beginAnswer({ response, status, message, headers });
        response.on('drain', () => given.resume());
      },
      onResponseData: (given, chunk) => {
        if (!response.write(chunk)) given.pause();
      },
      onResponseEnd: (_controller, trailers) => {
        if (response.hasHeader('trailer')) response.addTrailers(trailers as Record<string, string>);
        response.end();
      },
      onResponseError: (_controller, error: NodeJS.ErrnoException) => {
        if (response.destroyed) return;
        if (current.attempt < mostAttempts && !response.headersSent && maySendAgain(error, request)) {
          response.off('close', over);
          service.release(backend);
          sendAgain(current);
          return;
        }
        const status = error.code === 'UND_ERR_HEADERS_TIMEOUT' ? 504 : 502;
        if (!response.headersSent) count(status);
        answerPlainly(response, status);
      },
    },
  );
}

function beginAnswer(input: {
  readonly response: ServerResponse;
  readonly status: number;
  readonly message: string | undefined;
  readonly headers: IncomingHttpHeaders;
}): void {
  const { response, status, headers } = input;
  for (const [name, value] of passedAnswerHeaders(headers)) response.setHeader(name, value);
  if (headers.trailer !== undefined) response.setHeader('trailer', headers.trailer);
  response.writeHead(status, input.message);
  // What has a length comes now, and its first bytes go out with the headers; an event stream that waits for its first
  // event shows without it that it is open.
  if (headers['content-length'] === undefined) setImmediate(() => response.flushHeaders());
}

/** What certainly had no effect, or may be repeated whatever it had: RFC 9110, section 9.2.2. */
function maySendAgain(error: NodeJS.ErrnoException, request: IncomingMessage): boolean {
  // Nobody listened, so nobody received anything; the body is untouched as long as nothing was read of it.
  if (error.code === 'ECONNREFUSED') return !hasBody(request) || request.readableDidRead === false;
  const lost = error.code === 'UND_ERR_SOCKET' || error.code === 'ECONNRESET' || error.code === 'EPIPE';
  return lost && repeatable.has(request.method ?? '') && !hasBody(request);
}
