import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { writeFields } from './fields.ts';

/** Sends the body of one request as it comes, and no faster than the backend takes it. */
export class BodySender {
  readonly #socket: Socket;
  readonly #body: Readable;
  readonly #trailers: () => readonly string[];
  readonly #onBroken: () => void;
  /** Bytes that are to come; undefined where the body goes in chunks. */
  #left: number | undefined;
  #isStarted = false;
  #isOver = false;

  /** @param onBroken when the body ends before it is whole, or has more than it announced */
  constructor(input: {
    readonly socket: Socket;
    readonly body: Readable;
    readonly length: number | undefined;
    readonly trailers: () => readonly string[];
    readonly onBroken: () => void;
  }) {
    this.#socket = input.socket;
    this.#body = input.body;
    this.#left = input.length;
    this.#trailers = input.trailers;
    this.#onBroken = input.onBroken;
  }

  /** Reads nothing before that: a body that nobody read can be sent to another backend. */
  start(): void {
    this.#isStarted = true;
    this.#body.on('data', this.#onData).on('end', this.#onEnd).on('close', this.#onClose).on('error', this.#onClose);
  }

  /** Whether everything was given to the connection. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** The backend takes more. */
  goOn(): void {
    if (this.#isStarted && !this.#isOver) this.#body.resume();
  }

  /** Sends no more; what is still to come of the body is read and thrown away, so that its client can go on. */
  stop(): void {
    if (!this.#isStarted || this.#isOver) return;
    this.#finish();
    this.#body.resume();
  }

  readonly #onData = (bytes: Buffer): void => {
    const socket = this.#socket;
    if (this.#left === undefined) {
      socket.cork();
      socket.write(`${bytes.length.toString(16)}\r\n`, 'latin1');
      socket.write(bytes);
      socket.write('\r\n', 'latin1');
      socket.uncork();
    } else {
      this.#left -= bytes.length;
      if (this.#left < 0) {
        this.#break();
        return;
      }
      socket.write(bytes);
    }
    if (socket.writableNeedDrain) this.#body.pause();
  };

  readonly #onEnd = (): void => {
    const end = this.#end();
    if (end === undefined) {
      this.#break();
      return;
    }
    if (end !== '') this.#socket.write(end, 'latin1');
    this.#finish();
  };

  /** What goes behind the body; undefined where that is not whole, or could be read in two ways. */
  #end(): string | undefined {
    if (this.#left !== undefined) return this.#left === 0 ? '' : undefined;
    const trailers = writeFields(this.#trailers());
    return trailers === undefined ? undefined : `0\r\n${trailers}\r\n`;
  }

  /** Before its end: whoever sent it left. */
  readonly #onClose = (): void => this.#break();

  #break(): void {
    this.#finish();
    this.#onBroken();
  }

  #finish(): void {
    this.#isOver = true;
    this.#body
      .off('data', this.#onData)
      .off('end', this.#onEnd)
      .off('close', this.#onClose)
      .off('error', this.#onClose);
  }
}
