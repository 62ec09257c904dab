import { Worker } from 'node:worker_threads';
import type { ContractDocument } from './contract-document.ts';
import { ContractFault } from './contract-fault.ts';
import { limits } from './limits.ts';

/** What the thread says: a document, or a fault as data. */
export type Answer =
  | { readonly document: ContractDocument }
  | { readonly fault: ConstructorParameters<typeof ContractFault>[0] };

/**
 * Reads a contract in a thread of its own, so that the program goes on meanwhile and neither memory nor time are spent
 * beyond the limits, whatever the file holds.
 *
 * @throws {ContractFault} with file and place
 */
export function readContract(input: {
  /** The checkout. */
  readonly within: string;
  /** The module's folder in it; nothing outside of that is read. */
  readonly folder: string;
  readonly path: string;
  readonly signal?: AbortSignal;
}): Promise<ContractDocument> {
  const { within, folder, path, signal } = input;
  const worker = new Worker(new URL('./read-contract.worker.ts', import.meta.url), {
    workerData: { within, folder, path },
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: limits.heapMebibytes, stackSizeMb: 8 },
  });
  return new Promise<ContractDocument>((resolve, reject) => {
    const tooSlow = setTimeout(
      () => reject(new ContractFault({ file: path, detail: `reading it took longer than ${limits.seconds} seconds` })),
      limits.seconds * 1000,
    );
    const stop = (): void => reject(signal?.reason instanceof Error ? signal.reason : new Error('reading was stopped'));
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted === true) stop();
    const settle = (act: () => void): void => {
      clearTimeout(tooSlow);
      signal?.removeEventListener('abort', stop);
      act();
    };
    worker.once('message', (answer: Answer) =>
      settle(() => ('document' in answer ? resolve(answer.document) : reject(new ContractFault(answer.fault)))),
    );
    worker.once('error', (error) => settle(() => reject(faultOf(path, error))));
    worker.once('exit', () => settle(() => reject(new Error(`the thread that read ${path} ended without an answer`))));
  }).finally(() => void worker.terminate());
}

function faultOf(path: string, error: unknown): unknown {
  const outOfMemory = error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
  if (!outOfMemory) return error;
  return new ContractFault({ file: path, detail: `reading it needs more than ${limits.heapMebibytes} MiB of memory` });
}
