import { connect, type Socket } from 'node:net';
import { type AnswerHandler, AnswerReader } from './answer-reader.ts';
import { BodySender } from './body-sender.ts';
import type { BackendRequest, RequestHead } from './request-head.ts';

/**
 * Why there is no answer, or no whole one: nobody was there to receive anything; the backend left; what was to be sent or
 * what came could be read in two ways; it was silent for too long; or the body of the request ended before it was whole.
 */
export type BackendFault = 'refused' | 'lost' | 'unclear' | 'silent' | 'half-sent';

/** What becomes of a request: an answer, or a fault, which may come in the middle of an answer. */
export interface ExchangeHandler extends AnswerHandler {
  /** @param reason where more is known than the kind of the fault */
  readonly onFault: (fault: BackendFault, reason?: unknown) => void;
}

/** What a connection tells those that keep it. */
export interface ConnectionEvents {
  /** It may carry another request for so many milliseconds. */
  readonly onIdle: (connection: BackendConnection, keepMs: number) => void;
  readonly onClose: (connection: BackendConnection) => void;
}

interface Exchange {
  readonly handler: ExchangeHandler;
  readonly reader: AnswerReader;
  readonly sender: BodySender | undefined;
}

/**
 * Into which all connections read, one after the other: what is read is used before the next one reads. A buffer for each
 * read is what a busy gateway would collect.
 */
const lent = Buffer.allocUnsafeSlow(64 * 1024);

/** One connection to a backend, with one request at a time: a slow one must not hold up what came behind it. */
export class BackendConnection {
  readonly #socket: Socket;
  readonly #events: ConnectionEvents;
  #exchange: Exchange | undefined;
  #isPaused = false;
  #isClosed = false;
  #idleMs = 0;

  constructor(port: number, events: ConnectionEvents) {
    this.#events = events;
    const onread = { buffer: lent, callback: (size: number) => this.#onBytes(size) };
    this.#socket = connect({ host: '127.0.0.1', port, noDelay: true, onread });
    this.#socket
      .on('connect', () => this.#exchange?.sender?.start())
      .on('error', (error: NodeJS.ErrnoException) => this.#fail(error.code === 'ECONNREFUSED' ? 'refused' : 'lost'))
      .on('end', () => this.#onEnd())
      .on('close', () => this.#fail('lost'))
      .on('drain', () => this.#exchange?.sender?.goOn())
      .on('timeout', () => this.#onSilence());
  }

  /** Sends a request; nothing else is under way here. */
  send(request: BackendRequest, head: RequestHead, handler: ExchangeHandler): void {
    const socket = this.#socket;
    const { body, trailers, idleMs } = request;
    if (idleMs !== this.#idleMs) socket.setTimeout(idleMs);
    this.#idleMs = idleMs;
    socket.write(head.text, 'latin1');
    if (Buffer.isBuffer(body)) socket.write(body);
    const isStream = body !== null && !Buffer.isBuffer(body);
    const onBroken = () => this.#fail('half-sent');
    const sender = isStream ? new BodySender({ socket, body, length: head.length, trailers, onBroken }) : undefined;
    this.#exchange = { handler, reader: new AnswerReader(request.method, handler), sender };
    if (!socket.connecting) sender?.start();
  }

  /** Ends the exchange of a handler, and with it the connection; the handler hears no more. */
  abort(handler: ExchangeHandler): void {
    if (this.#exchange?.handler === handler) this.close();
  }

  /** Reads no more of the answer for a handler until it says so. */
  pause(handler: ExchangeHandler): void {
    if (this.#exchange?.handler === handler) this.#isPaused = true;
  }

  resume(handler: ExchangeHandler): void {
    if (this.#exchange?.handler !== handler) return;
    this.#isPaused = false;
    // The silence while nobody read is not the backend's.
    this.#socket.setTimeout(this.#idleMs);
    this.#socket.resume();
  }

  /**
   * Ends it, with what is under way here. Told at once, and not when the system has closed it: until then it would be given
   * another request.
   */
  close(): void {
    this.#leave();
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.destroy();
    this.#events.onClose(this);
  }

  /** Gives whether to read on. */
  #onBytes(size: number): boolean {
    const exchange = this.#exchange;
    // Nobody asked for anything.
    if (exchange === undefined) {
      this.close();
      return false;
    }
    try {
      const isAll = exchange.reader.take(lent.subarray(0, size));
      if (exchange.reader.isOver && this.#exchange === exchange) this.#finish(exchange, isAll);
    } catch (error) {
      this.#fail('unclear', error);
    }
    return !this.#isPaused;
  }

  /** @param isClean whether nothing came behind the answer */
  #finish({ reader, sender }: Exchange, isClean: boolean): void {
    const isSent = sender === undefined || sender.isOver;
    this.#leave();
    this.#isPaused = false;
    if (isSent && isClean && reader.keepMs > 0) this.#events.onIdle(this, reader.keepMs);
    else this.close();
  }

  /** The backend sends no more. */
  #onEnd(): void {
    if (this.#exchange?.reader.end() === true) this.close();
    else this.#fail('lost');
  }

  #onSilence(): void {
    const exchange = this.#exchange;
    if (exchange === undefined || this.#isPaused) return;
    const waitsForClient = exchange.sender?.isOver === false && !this.#socket.writableNeedDrain;
    if (!waitsForClient) this.#fail('silent');
  }

  #fail(fault: BackendFault, reason?: unknown): void {
    const handler = this.#exchange?.handler;
    this.close();
    handler?.onFault(fault, reason);
  }

  #leave(): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    exchange?.sender?.stop();
  }
}
