import type { DesiredApplication } from '@almanac/protocol';
import type { Logger } from 'pino';
import { NotConnected } from '../artifacts/blobs.ts';
import type { Releases } from '../artifacts/releases.ts';
import { toolchainFault } from '../runtimes/instance-environment.ts';
import { steadyNow } from '../steady-now.ts';

export type Prepared =
  | { readonly kind: 'ready' }
  | { readonly kind: 'pulling'; readonly done: number; readonly total: number; readonly message: string | null }
  | { readonly kind: 'failed'; readonly message: string };

/** Brings the files of applications in the background, once for each operation. */
export interface Preparation {
  readonly of: (application: DesiredApplication) => Prepared;
  readonly stop: () => void;
}

const retryMs = 2000;
const triesBeforeFailing = 5;

interface Work {
  prepared: Prepared;
  tries: number;
  /** The most bytes that came so far; the next try goes on from there. */
  came: number;
  nextTry: number;
  busy: boolean;
}

export function createPreparation(input: {
  readonly releases: Releases;
  readonly onChange: () => void;
  readonly log: Logger;
}): Preparation {
  const { releases, log } = input;
  const works = new Map<string, Work>();
  const stopping = new AbortController();
  const begin = async (application: DesiredApplication, work: Work): Promise<void> => {
    work.busy = true;
    let came = work.came;
    try {
      await releases.prepare(application, {
        signal: stopping.signal,
        onProgress: (done, total) => {
          came = Math.max(came, done);
          work.prepared = { kind: 'pulling', done, total, message: null };
        },
      });
      work.prepared = { kind: 'ready' };
    } catch (error) {
      if (stopping.signal.aborted) return;
      const message = error instanceof Error ? error.message : String(error);
      // Without a connection there is nothing wrong with the artifact: it is waited for as long as it takes.
      if (!(error instanceof NotConnected)) {
        // A link that breaks again and again and yet brings something each time brings it all in the end.
        work.tries = came > work.came ? 1 : work.tries + 1;
        work.came = came;
        log.warn({ application: application.application.name, reason: message }, 'an artifact could not be brought');
      }
      const size =
        work.prepared.kind === 'pulling'
          ? { done: work.prepared.done, total: work.prepared.total }
          : { done: 0, total: 0 };
      work.prepared =
        work.tries >= triesBeforeFailing ? { kind: 'failed', message } : { kind: 'pulling', ...size, message };
      work.nextTry = steadyNow() + (error instanceof NotConnected ? 200 : retryMs);
    } finally {
      work.busy = false;
      input.onChange();
    }
  };
  return {
    of: (application) => {
      const fault = application.modules
        .map((module) => toolchainFault(module.toolchain))
        .find((each) => each !== undefined);
      if (fault !== undefined) return { kind: 'failed', message: fault };
      if (releases.isReady(application)) return { kind: 'ready' };
      const work = works.get(application.operation) ?? {
        prepared: { kind: 'pulling', done: 0, total: 0, message: null },
        tries: 0,
        came: 0,
        nextTry: 0,
        busy: false,
      };
      works.set(application.operation, work);
      if (!work.busy && work.prepared.kind !== 'failed' && steadyNow() >= work.nextTry) void begin(application, work);
      return work.prepared.kind === 'ready' ? { kind: 'pulling', done: 0, total: 0, message: null } : work.prepared;
    },
    stop: () => stopping.abort(),
  };
}
