import { BackendConnection, type ExchangeHandler } from './backend-connection.ts';
import { type BackendRequest, requestHead } from './request-head.ts';

interface Idle {
  readonly connection: BackendConnection;
  /** On the clock of `performance.now()`. */
  readonly until: number;
}

/** How often connections that waited for long enough are looked for. */
const sweepMs = 500;

/** The connections to one backend: kept ones are used again, the last one first, and there are as many as it takes. */
export class BackendPool {
  readonly #port: number;
  readonly #open = new Set<BackendConnection>();
  readonly #idle: Idle[] = [];
  #sweeper: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(port: number) {
    this.#port = port;
  }

  get connections(): number {
    return this.#open.size;
  }

  /**
   * Sends a request on a connection of its own, on which the handler may pause, resume and abort its exchange; undefined
   * where there was nothing to send, as the handler was told.
   */
  send(request: BackendRequest, handler: ExchangeHandler): BackendConnection | undefined {
    const head = requestHead(request);
    if (head === undefined) {
      handler.onFault('unclear', new Error('the request could be read in two ways'));
      return undefined;
    }
    const connection = this.#take() ?? this.#connect();
    connection.send(request, head, handler);
    return connection;
  }

  /** Closes what carries nothing now; the rest ends with its requests. */
  close(): void {
    this.#isClosed = true;
    clearInterval(this.#sweeper);
    for (const { connection } of this.#idle.splice(0)) connection.close();
  }

  #connect(): BackendConnection {
    const connection = new BackendConnection(this.#port, this);
    this.#open.add(connection);
    return connection;
  }

  readonly onIdle = (connection: BackendConnection, keepMs: number): void => {
    if (this.#isClosed) {
      connection.close();
      return;
    }
    this.#idle.push({ connection, until: performance.now() + keepMs });
    this.#sweeper ??= setInterval(() => this.#sweep(), sweepMs).unref();
  };

  readonly onClose = (connection: BackendConnection): void => {
    this.#open.delete(connection);
    const at = this.#idle.findIndex((each) => each.connection === connection);
    if (at >= 0) this.#idle.splice(at, 1);
  };

  #take(): BackendConnection | undefined {
    for (;;) {
      const last = this.#idle.pop();
      if (last === undefined || last.until > performance.now()) return last?.connection;
      last.connection.close();
    }
  }

  #sweep(): void {
    const now = performance.now();
    for (const { connection } of this.#idle.filter((each) => each.until <= now)) connection.close();
    if (this.#idle.length > 0) return;
    clearInterval(this.#sweeper);
    this.#sweeper = undefined;
  }
}
