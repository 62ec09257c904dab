import { StringDecoder } from 'node:string_decoder';
import { setTimeout as pause } from 'node:timers/promises';
import { type Client, ConnectionError, ProblemError } from '@almanac/client';
import { type Mask, maskPieces } from '@almanac/host';
import type { BuilderJob } from '@almanac/protocol';

/** One claimed job: keeps the lease, carries the log, says when the job was cancelled or lost. */
export interface JobSession {
  /** Fires when the job was cancelled, lost to another builder, or the builder stops. */
  readonly signal: AbortSignal;
  readonly log: (text: string) => void;
  /** Sends what is left of the log and stops keeping the lease. */
  readonly close: () => Promise<void>;
}

/** Why a session's signal fired. */
export type SessionEnd = 'cancelled' | 'lost' | 'stopping';

const flushMs = 200;
const largestChunk = 256 * 1024;

/** Opens the session of a claimed job; `stopping` is the builder's own end. */
export function openJobSession(input: {
  readonly client: Client;
  readonly job: BuilderJob;
  readonly stopping: AbortSignal;
  /** Blackens the builder's own secrets, which programs that it runs may print. */
  readonly mask: Mask;
}): JobSession {
  const { client, job } = input;
  const own = new AbortController();
  const signal = AbortSignal.any([own.signal, input.stopping]);
  const end = (reason: SessionEnd) => own.abort(reason);
  const log = createLogSender({ client, job, onLost: () => end('lost') });
  const pieces = maskPieces(input.mask);
  const characters = new StringDecoder('utf8');

  const closing = new AbortController();
  void keepLease({ client, job, closing: closing.signal, onEnd: end });
  const quick = setInterval(() => void log.flush(), flushMs);
  return {
    signal,
    log: (text) => log.append(characters.write(pieces.push(Buffer.from(text, 'utf8')))),
    close: async () => {
      closing.abort();
      clearInterval(quick);
      log.append(characters.write(pieces.end()) + characters.end());
      await log.drain();
    },
  };
}

/** Renews the lease again and again; the server holds each request, so that a cancelled job is known at once. */
async function keepLease(input: {
  readonly client: Client;
  readonly job: BuilderJob;
  readonly closing: AbortSignal;
  readonly onEnd: (reason: SessionEnd) => void;
}): Promise<void> {
  const { client, job, closing } = input;
  const wait = Math.max(1, Math.min(10, Math.floor(job.leaseSeconds / 3)));
  while (!closing.aborted) {
    try {
      const { cancelled } = await client.heartbeatJob({
        params: { job: job.id },
        body: { fence: job.fence, wait },
        signal: closing,
      });
      if (cancelled) return input.onEnd('cancelled');
    } catch (error) {
      if (isLost(error)) return input.onEnd('lost');
      // The lease is longer than this pause; the server may be starting anew.
      await pause(1000, undefined, { signal: closing }).catch(() => undefined);
    }
  }
}

/** The server no longer gives this job to us: whatever we did for it must not count. */
export function isLost(error: unknown): boolean {
  return error instanceof ProblemError && (error.problem.code === 'fenced' || error.problem.code === 'not-found');
}

function createLogSender(input: { readonly client: Client; readonly job: BuilderJob; readonly onLost: () => void }) {
  const { client, job } = input;
  let waiting = '';
  let offset = 0;
  let sending: Promise<void> | undefined;
  let given = false;
  let full = false;

  const sendOne = async (): Promise<void> => {
    const text = waiting.slice(0, largestChunk);
    const answer = await client.appendJobLog({ params: { job: job.id }, body: { fence: job.fence, offset, text } });
    full = answer.full;
    waiting = full ? '' : waiting.slice(text.length);
    offset = answer.next;
  };
  /** Goes on while there is more than fits into one request: a build may print faster than the clock ticks. */
  const sendAll = async (): Promise<void> => {
    do await sendOne();
    while (waiting.length > largestChunk);
  };
  const flush = async (): Promise<void> => {
    if (sending !== undefined || waiting === '' || given) return;
    sending = sendAll();
    try {
      await sending;
    } catch (error) {
      if (isLost(error)) {
        given = true;
        input.onLost();
      } else if (!(error instanceof ConnectionError) && !(error instanceof ProblemError)) {
        throw error;
      }
    } finally {
      sending = undefined;
    }
  };
  return {
    append: (text: string) => {
      if (!full) waiting += text;
    },
    flush,
    /** Tries for ten seconds: a log is worth waiting for, but not more than the result. */
    drain: async () => {
      const deadline = performance.now() + 10_000;
      await sending?.catch(() => undefined);
      while (waiting !== '' && !given && performance.now() < deadline) {
        const before = waiting.length;
        await flush();
        if (waiting.length === before) await pause(250);
      }
    },
  };
}
