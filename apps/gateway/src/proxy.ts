import type { Readable } from 'node:stream';
import type { Logger } from 'pino';
import type { AnswerHead } from './backends/answer-head.ts';
import type { Backend } from './backends/backend.ts';
import type { BackendConnection, BackendFault, ExchangeHandler } from './backends/backend-connection.ts';
import { addValue, type HeaderList, pairs, valueIn } from './backends/fields.ts';
import { type ClientRequest, type ClientResponse, hasBody, isGone } from './client-request.ts';
import { answerHeaders, backendHeaders, backendTrailers } from './headers.ts';
import { answerPlainly } from './plain-answer.ts';
import type { Service } from './service.ts';

export interface Exchange {
  readonly request: ClientRequest;
  readonly response: ClientResponse;
  readonly service: Service;
  /** Whether the client came over TLS. */
  readonly secure: boolean;
  readonly idleMs: number;
  readonly log: Logger;
}

/** With what is sent as its body: the request itself, or what passes it on to a mirror too. */
interface SentExchange extends Exchange {
  readonly body: Readable | null;
}

/** Methods that may be sent again when a connection was lost before any answer (RFC 9110, section 9.2.2). */
const repeatable = new Set(['GET', 'HEAD', 'OPTIONS']);

/** How many backends are asked at most for one request. */
const mostAttempts = 3;

/**
 * What ends an answer and is no longer goes out as text of Latin-1, which is the same bytes: Node writes it in one piece
 * with the headers, and a buffer apart from them.
 */
const mostTextBytes = 8 * 1024;

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
class Attempt implements ExchangeHandler {
  readonly #exchange: SentExchange;
  readonly #backend: Backend;
  /** Counts from 1. */
  readonly #number: number;
  readonly #startedAt = performance.now();
  #connection: BackendConnection | undefined;

  constructor(exchange: SentExchange, backend: Backend, number: number) {
    this.#exchange = exchange;
    this.#backend = backend;
    this.#number = number;
  }

  send(): void {
    const { request, response, body, secure, idleMs } = this.#exchange;
    response.once('close', this.#over);
    const [method, path] = [request.method ?? '', request.url ?? '/'];
    const headers = backendHeaders(request, secure);
    const trailers = () => backendTrailers(request);
    this.#connection = this.#backend.pool.send({ method, path, headers, body, trailers, idleMs }, this);
  }

  /** The answer is over, or the client left before it was. */
  readonly #over = (): void => {
    const { response, service } = this.#exchange;
    if (!response.writableFinished) this.#connection?.abort(this);
    service.release(this.#backend);
  };

  onHead(head: AnswerHead): void {
    const { response } = this.#exchange;
    const { status, message, headers, framing } = head;
    if (status === 103) response.writeEarlyHints({ link: String(valueIn(headers, 'link') ?? '') });
    if (status < 200) return;
    this.#count(status);
    // HTTP/2 has no words beside the number.
    response.writeHead(status, response.stream === undefined ? message : undefined, this.#answerHeaders(headers));
    // What has a length comes now, and its first bytes go out with the headers; an event stream that waits for its
    // first event shows without it that it is open.
    if (framing.by !== 'length') setImmediate(() => response.flushHeaders());
  }

  onData(bytes: Buffer): void {
    const { response } = this.#exchange;
    if (response.write(Buffer.from(bytes))) return;
    this.#connection?.pause(this);
    response.once('drain', () => this.#connection?.resume(this));
  }

  onEnd(bytes: Buffer | undefined, trailers: HeaderList): void {
    const { response } = this.#exchange;
    if (trailers.length > 0) response.addTrailers(Object.fromEntries(pairs(trailers)));
    if (bytes === undefined) response.end();
    else if (bytes.length > mostTextBytes) response.end(Buffer.from(bytes));
    else response.end(bytes.toString('latin1'), 'latin1');
  }

  onFault(fault: BackendFault, reason?: unknown): void {
    const { response, service, log } = this.#exchange;
    if (isGone(response)) return;
    if (fault === 'unclear' && service.isNews(String(reason)))
      log.warn({ service: service.name, instance: this.#backend.instance, err: reason }, 'an answer was refused');
    if (this.#number < mostAttempts && !response.headersSent && maySendAgain(fault, this.#exchange)) {
      this.#sendAgain();
      return;
    }
    const status = fault === 'silent' ? 504 : 502;
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

  #answerHeaders(headers: HeaderList): HeaderList {
    const { request, service, secure } = this.#exchange;
    const passed = answerHeaders(headers, service.headersOver(secure));
    const cookie = service.cookieFor(request.headers, this.#backend, secure);
    if (cookie !== undefined) addValue(passed, 'set-cookie', cookie);
    return passed;
  }

  #count(status: number): void {
    const milliseconds = performance.now() - this.#startedAt;
    this.#exchange.service.count(this.#backend, status, milliseconds);
  }
}

/** What certainly had no effect, or may be repeated whatever it had: RFC 9110, section 9.2.2. */
function maySendAgain(fault: BackendFault, { request, body }: SentExchange): boolean {
  // Nobody listened, so nobody received anything; the body is untouched as long as nothing was read of it.
  if (fault === 'refused') return body === null || body.readableDidRead === false;
  return fault === 'lost' && repeatable.has(request.method ?? '') && body === null;
}
