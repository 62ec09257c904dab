import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Mask, rotateLog } from '@almanac/host';
import type { LogChunk, LogRequest } from '@almanac/protocol';

const largestLog = 20 * 1024 * 1024;

/** Where all instances of a module write; one file, so that people read one story. */
export function moduleLogFile(input: {
  readonly directory: string;
  readonly application: string;
  readonly module: string;
}): string {
  return join(input.directory, 'logs', `${input.application}.${input.module}.log`);
}

/**
 * Reads a part of a log, without the secrets of its application; without `after` its end. A log that was rotated meanwhile is read
 * from its beginning.
 */
export async function readModuleLog(input: {
  readonly directory: string;
  readonly request: LogRequest;
  readonly instances: readonly string[];
  readonly mask: Mask;
}): Promise<LogChunk> {
  const { request } = input;
  const file = moduleLogFile({ directory: input.directory, application: request.application, module: request.module });
  const info = await stat(file).catch(() => undefined);
  if (info === undefined) throw new Error(`${request.module} of ${request.application} printed nothing on this site`);
  const wanted = request.after ?? Math.max(0, info.size - request.maxBytes);
  const start = wanted > info.size ? 0 : wanted;
  const length = Math.min(request.maxBytes, info.size - start);
  const isEnd = start + length === info.size;
  const { text, next } = await readMasked(file, { start, length, mask: input.mask, isEnd });
  return { text, next, instances: [...input.instances] };
}

/**
 * Reads a part of a file; a secret that reaches over its borders is blackened in it too. At the end of what still grows, what may be
 * the beginning of a secret is left for the next time.
 */
export async function readMasked(
  file: string,
  part: { readonly start: number; readonly length: number; readonly mask: Mask; readonly isEnd: boolean },
): Promise<{ readonly text: string; readonly next: number }> {
  const { start, length, mask } = part;
  const before = Math.min(start, mask.longest);
  const handle = await open(file, 'r');
  try {
    const buffer = Buffer.alloc(before + length + mask.longest);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, start - before);
    const bytes = buffer.subarray(0, bytesRead);
    const until = Math.min(before + length, part.isEnd ? Math.max(before, mask.certainUntil(bytes)) : bytesRead);
    return { text: mask.whole(bytes).subarray(before, until).toString('utf8'), next: start + until - before };
  } finally {
    await handle.close();
  }
}

/** Keeps the logs of a site within bounds. */
export async function boundLogs(files: readonly string[]): Promise<void> {
  for (const file of files) await rotateLog(file, largestLog);
}
