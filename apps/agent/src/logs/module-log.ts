import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { rotateLog } from '@almanac/host';
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

/** Reads a part of a log; without `after` its end. A log that was rotated meanwhile is read from its beginning. */
export async function readModuleLog(input: {
  readonly directory: string;
  readonly request: LogRequest;
  readonly instances: readonly string[];
}): Promise<LogChunk> {
  const { request } = input;
  const file = moduleLogFile({ directory: input.directory, application: request.application, module: request.module });
  const info = await stat(file).catch(() => undefined);
  if (info === undefined) throw new Error(`${request.module} of ${request.application} printed nothing on this site`);
  const wanted = request.after ?? Math.max(0, info.size - request.maxBytes);
  const start = wanted > info.size ? 0 : wanted;
  const length = Math.min(request.maxBytes, info.size - start);
  const handle = await open(file, 'r');
  try {
    const buffer = Buffer.alloc(length);
    await handle.read(buffer, 0, length, start);
    return { text: buffer.toString('utf8'), next: start + length, instances: [...input.instances] };
  } finally {
    await handle.close();
  }
}

/** Keeps the logs of a site within bounds. */
export async function boundLogs(files: readonly string[]): Promise<void> {
  for (const file of files) await rotateLog(file, largestLog);
}
