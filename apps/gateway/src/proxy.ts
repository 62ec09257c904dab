import type { IncomingHttpHeaders, OutgoingHttpHeader } from 'node:http';
import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { Backend } from './backend.ts';
import { type ClientRequest, type ClientResponse, hasBody, isGone } from './client-request.ts';
import { addBeside, answerHeaders, backendHeaders } from './headers.ts';
import { answerPlainly } from './plain-answer.ts';
import type { Service } from './service.ts';

export interface Exchange {
  readonly request: ClientRequest;
  readonly response: ClientResponse;
  readonly service: Service;
  /** Whether the client came over TLS. */
  readonly secure: boolean;
  readonly idleMs: number;
}

/** With what is sent as its body: the request itself, or what passes it on to a mirror too. */
interface SentExchange extends Exchange {
  readonly body: Readable | null;
}

/** Methods that may be sent again when a connection was lost before any answer (RFC 9110, section 9.2.2). */
const repeatable = new Set(['GET', 'HEAD', 'OPTIONS']);

/** How many backends are asked at most for one request. */
const mostAttempts = 3;

/** Passes one request to a backend of a service and its answer back, both as streams. */
export function proxy(exchange: Exchange): void {
  const backend = exchange.service.choose(exchange.request.headers);
  if (backend === undefined) whenGiven(exchange, (given) => sendFirst(exchange, given));
  else sendFirst(exchange, backend);
}

function sendFirst(exchange: Exchange, backend: Backend): void {
  const { request, service, secure } = exchange;
  const body = service.mirror.copy({ request, secure }, backend) ?? (hasBody(request) ? request : null);
  new Attempt({ ...exchange, body }, backend, 1).send();
}

/** Waits for a backend; the client is told when there is none to come. */
function whenGiven({ request, response, service }: Exchange, send: (backend: Backend) => void): void {
  void service.wait(request.headers, response).then((backend) => {
    if (backend === undefined) return isGone(response) ? undefined : answerPlainly(response, 503);
    return isGone(response) ? service.release(backend) : send(backend);
  });
}

/** One request with one backend. A class, because a closure for each of its events is what a busy gateway would collect. */
class Attempt implements Dispatcher.DispatchHandler {
  readonly #exchange: SentExchange;
  readonly #backend: Backend;
  /** Counts from 1. */
  readonly #number: number;
  readonly #startedAt = performance.now();
  #controller: Dispatcher.DispatchController | undefined;
  #hasTrailers = false;

  constructor(exchange: SentExchange, backend: Backend, number: number) {
    this.#exchange = exchange;
    this.#backend = backend;
    this.#number = number;
  }

  send(): void {
    const { request, response, body, secure, idleMs } = this.#exchange;
    response.once('close', this.#over);
    this.#backend.pool.dispatch(
      {
        method: request.method as Dispatcher.HttpMethod,
        path: request.url ?? '/',
        headers: backendHeaders(request, secure),
        body,
        headersTimeout: idleMs,
        bodyTimeout: idleMs,
      },
      this,
    );
  }

  /** The answer is over, or the client left before it was. */
  readonly #over = (): void => {
    const { response, service } = this.#exchange;
    if (!response.writableFinished) this.#controller?.abort(new Error('the client left'));
    service.release(this.#backend);
  };

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (isGone(this.#exchange.response)) controller.abort(new Error('the client left'));
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
    message?: string,
  ): void {
    const { response } = this.#exchange;
    if (status === 103) response.writeEarlyHints({ link: String(headers['link'] ?? '') });
    if (status < 200) return;
    this.#count(status);
    this.#hasTrailers = headers.trailer !== undefined;
    // HTTP/2 has no words beside the number.
    response.writeHead(status, response.stream === undefined ? message : undefined, this.#answerHeaders(headers));
    // What has a length comes now, and its first bytes go out with the headers; an event stream that waits for its
    // first event shows without it that it is open.
    if (headers['content-length'] === undefined) setImmediate(() => response.flushHeaders());
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const { response } = this.#exchange;
    if (response.write(chunk)) return;
    controller.pause();
    response.once('drain', () => controller.resume());
  }

  onResponseEnd(_controller: Dispatcher.DispatchController, trailers: IncomingHttpHeaders): void {
    const { response } = this.#exchange;
    if (this.#hasTrailers) response.addTrailers(trailers as Record<string, string>);
    response.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: NodeJS.ErrnoException): void {
    const { response } = this.#exchange;
    if (isGone(response)) return;
    if (this.#number < mostAttempts && !response.headersSent && maySendAgain(error, this.#exchange)) {
      this.#sendAgain();
      return;
    }
    const status = error.code === 'UND_ERR_HEADERS_TIMEOUT' ? 504 : 502;
    if (!response.headersSent) this.#count(status);
    answerPlainly(response, status);
  }

  /** The same request for another backend, or for this one again when there is no other. */
  #sendAgain(): void {
    const { request, response, service } = this.#exchange;
    response.off('close', this.#over);
    service.release(this.#backend);
    const send = (backend: Backend) => new Attempt(this.#exchange, backend, this.#number + 1).send();
    const other = service.choose(request.headers, this.#backend) ?? service.choose(request.headers);
    if (other === undefined) whenGiven(this.#exchange, send);
    else send(other);
  }

  #answerHeaders(headers: IncomingHttpHeaders): OutgoingHttpHeader[] {
    const { request, service, secure } = this.#exchange;
    const passed = answerHeaders(headers, service.headersOver(secure));
    const cookie = service.cookieFor(request.headers, this.#backend, secure);
    if (cookie !== undefined) addBeside(passed, 'set-cookie', cookie);
    return passed;
  }

  #count(status: number): void {
    const milliseconds = performance.now() - this.#startedAt;
    this.#exchange.service.count(this.#backend, status, milliseconds);
  }
}

/** What certainly had no effect, or may be repeated whatever it had: RFC 9110, section 9.2.2. */
function maySendAgain(error: NodeJS.ErrnoException, { request, body }: SentExchange): boolean {
  // Nobody listened, so nobody received anything; the body is untouched as long as nothing was read of it.
  if (error.code === 'ECONNREFUSED') return body === null || body.readableDidRead === false;
  const lost = error.code === 'UND_ERR_SOCKET' || error.code === 'ECONNRESET' || error.code === 'EPIPE';
  return lost && repeatable.has(request.method ?? '') && body === null;
}
