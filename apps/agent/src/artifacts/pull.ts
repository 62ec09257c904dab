import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Digest } from '@almanac/domain';

export interface PullInput {
  readonly digest: Digest;
  readonly size: number;
  readonly server: string;
  readonly token: string;
  readonly directory: string;
  readonly signal: AbortSignal;
  readonly onProgress: (doneBytes: number) => void;
}

/** The content is not what was announced: trying again may help, running it must not happen. */
export class DigestMismatch extends Error {
  constructor(digest: Digest) {
    super(`artifact ${digest} arrived with other content; it is fetched again`);
    this.name = 'DigestMismatch';
  }
}

/** Brings an artifact into the directory, going on where an earlier try stopped; gives the verified file. */
export async function pullArtifact(input: PullInput): Promise<string> {
  const file = join(input.directory, input.digest.slice(7));
  if (await hasSize(file, input.size)) return file;
  await mkdir(input.directory, { recursive: true, mode: 0o700 });
  const partial = `${file}.part`;
  const start = Math.min((await sizeOf(partial)) ?? 0, input.size);
  if (start < input.size || input.size === 0) await fetchRest({ ...input, partial, start });
  if ((await digestOf(partial)) !== input.digest) {
    await rm(partial, { force: true });
    throw new DigestMismatch(input.digest);
  }
  const handle = await open(partial, 'r');
  await handle.sync();
  await handle.close();
  await rename(partial, file);
  return file;
}

async function fetchRest(input: PullInput & { readonly partial: string; readonly start: number }): Promise<void> {
  const headers: Record<string, string> = { authorization: `Bearer ${input.token}` };
  if (input.start > 0) headers['range'] = `bytes=${input.start}-`;
  const response = await fetch(new URL(`/api/v1/artifacts/${input.digest}`, input.server), {
    headers,
    signal: input.signal,
  });
  if (!response.ok || response.body === null)
    throw new Error(`the server does not give artifact ${input.digest.slice(0, 19)}: ${response.status}`);
  const resumed = response.status === 206;
  let done = resumed ? input.start : 0;
  const body = Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]);
  body.on('data', (chunk: Buffer) => {
    done += chunk.length;
    if (done > input.size) body.destroy(new Error('the artifact is larger than announced'));
    input.onProgress(done);
  });
  await pipeline(body, createWriteStream(input.partial, { flags: resumed ? 'a' : 'w', mode: 0o600 }));
}

async function digestOf(file: string): Promise<Digest> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return `sha256:${hash.digest('hex')}`;
}

async function sizeOf(file: string): Promise<number | undefined> {
  return stat(file).then(
    (info) => info.size,
    () => undefined,
  );
}

async function hasSize(file: string, size: number): Promise<boolean> {
  return (await sizeOf(file)) === size;
}
