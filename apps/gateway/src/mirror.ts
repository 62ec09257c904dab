import { type Readable, Transform } from 'node:stream';
import { type GatewayService, type GatewayServiceStats, RequestCounters } from '@almanac/protocol/gateway';
import type { Backend } from './backends/backend.ts';
import type { BackendRequest } from './backends/request-head.ts';
import { Balance } from './balance.ts';
import { type ClientRequest, hasBody } from './client-request.ts';
import { backendHeaders } from './headers.ts';

/** So many copies of a service run at a time, and so much of their bodies is kept; what comes beyond is left out. */
const mostCopies = 64;
const mostBodyBytes = 1024 * 1024;
const mostKeptBytes = 16 * 1024 * 1024;
const idleMs = 30_000;

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Where copies go: a version with its backends that take requests. */
export interface MirrorTarget {
  readonly version: string;
  readonly active: readonly Backend[];
}

interface Copied {
  readonly request: ClientRequest;
  readonly secure: boolean;
}

/** Copies requests to another version of a service. Nobody waits for a copy, and none is made that would weigh on others. */
export class Mirror {
  #wanted: GatewayService['mirror'] = null;
  #target: MirrorTarget | null = null;
  #credit = 0;
  #running = 0;
  #keptBytes = 0;
  readonly #balance = new Balance();
  readonly #counters = new RequestCounters();
  readonly #dropped = new Map<string, number>();

  configure(wanted: GatewayService['mirror'], target: MirrorTarget | null): void {
    this.#wanted = wanted;
    this.#target = target;
  }

  /**
   * Sends a copy of a request that `answering` is about to answer, if one is due.
   * Gives what to send instead of the request's body where it has to be read on the way.
   */
  copy({ request, secure }: Copied, answering: Backend): Readable | undefined {
    const target = this.#due(request, answering);
    if (target === undefined) return undefined;
    if (this.#running >= mostCopies) {
      this.#drop(target);
      return undefined;
    }
    // The headers of now: the request may be over by the time that its body is there.
    const copied = {
      method: request.method ?? '',
      path: request.url ?? '/',
      headers: [...backendHeaders(request, secure), 'x-almanac-mirrored', '1'],
      trailers: () => [],
      idleMs,
    };
    this.#running += 1;
    if (hasBody(request)) return this.#readOn(request, (body) => this.#send(target, copied, body));
    this.#send(target, copied, null);
    return undefined;
  }

  stats(): GatewayServiceStats['mirrored'] {
    const counted = this.#counters.list();
    const silent = [...this.#dropped.keys()].filter((version) => !counted.some((each) => each.version === version));
    return [
      ...counted,
      ...silent.map((version) => ({ version, build: version, requests: 0, errors: 0, latency: [] })),
    ].map((each) => ({ ...each, dropped: this.#dropped.get(each.version) ?? 0 }));
  }

  #due(request: ClientRequest, answering: Backend): Backend | undefined {
    if (this.#wanted === null || this.#target === null || this.#target.version === answering.version) return undefined;
    if (this.#wanted.methods === 'safe' && !safeMethods.has(request.method ?? '')) return undefined;
    this.#credit += this.#wanted.percent;
    if (this.#credit < 100) return undefined;
    this.#credit -= 100;
    return this.#balance.leastLoaded(this.#target.active);
  }

  #drop({ version }: Backend): void {
    this.#dropped.set(version, (this.#dropped.get(version) ?? 0) + 1);
  }

  /** Passes a body on and keeps it; gives it when it is complete, and undefined when it is too much to keep. */
  #readOn(request: ClientRequest, whenRead: (body: Buffer | undefined) => void): Readable {
    let kept: Buffer[] | undefined = [];
    let size = 0;
    const forget = () => {
      this.#keptBytes -= size;
      [kept, size] = [undefined, 0];
    };
    const passing = new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        if (kept !== undefined && (size + chunk.length > mostBodyBytes || this.#keptBytes > mostKeptBytes)) forget();
        if (kept !== undefined) {
          kept.push(chunk);
          size += chunk.length;
          this.#keptBytes += chunk.length;
        }
        done(null, chunk);
      },
    });
    // Whatever becomes of the request itself: half a body is no request to copy.
    passing.once('close', () => {
      const body = kept !== undefined && request.complete ? Buffer.concat(kept) : undefined;
      forget();
      whenRead(body);
    });
    request.once('close', () => {
      if (!request.complete) passing.destroy();
    });
    return request.pipe(passing);
  }

  #send(backend: Backend, copied: Omit<BackendRequest, 'body'>, body: Buffer | null | undefined): void {
    if (body === undefined || backend.state !== 'active') {
      this.#running -= 1;
      this.#drop(backend);
      return;
    }
    const { version, build } = backend;
    const startedAt = performance.now();
    let counted = false;
    const count = (status: number) => {
      if (counted) return;
      counted = true;
      this.#counters.count({ version, build, status, milliseconds: performance.now() - startedAt });
    };
    backend.pool.send(
      { ...copied, body },
      {
        onHead: ({ status }) => {
          if (status >= 200) count(status);
        },
        onData: () => undefined,
        onEnd: () => {
          this.#running -= 1;
        },
        onFault: () => {
          count(502);
          this.#running -= 1;
        },
      },
    );
  }
}
