import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Digest } from '@almanac/domain';
import type { Bandwidth } from './bandwidth.ts';

/** How the artifacts of one server are reached. */
export interface ArtifactLink {
  readonly server: string;
  /** Valid while the connection to the server lasts. */
  readonly token: string;
  /** Whether the server knows shorter ways than the artifact as it is. */
  readonly transfers: boolean;
  readonly bandwidth: Bandwidth;
  readonly signal: AbortSignal;
}

/** Content that the server has under an address, known by its digest. */
export interface RemoteContent {
  /** Below the server's address. */
  readonly path: string;
  readonly digest: Digest;
  readonly size: number;
}

/** The content is not what was announced: trying again may help, running it must not happen. */
export class DigestMismatch extends Error {
  constructor(digest: Digest) {
    super(`artifact ${digest} arrived with other content; it is fetched again`);
    this.name = 'DigestMismatch';
  }
}

/** The server no longer knows the token: whoever keeps the connection makes a new one. */
export class TokenRefused extends Error {
  constructor() {
    super('the server no longer takes the token of this connection');
    this.name = 'TokenRefused';
  }
}

/**
 * Brings content into a file, going on where an earlier try stopped; the file has its name once it is complete, has its
 * digest and is on the disk.
 *
 * @throws {DigestMismatch} when other content came; nothing of it is kept
 * @throws {TokenRefused} when the connection has to be made anew
 */
export async function fetchContent(
  link: ArtifactLink,
  input: RemoteContent & { readonly into: string; readonly onProgress: (doneBytes: number) => void },
): Promise<void> {
  if ((await sizeOf(input.into)) === input.size) return;
  await mkdir(dirname(input.into), { recursive: true, mode: 0o700 });
  const partial = `${input.into}.part`;
  const start = Math.min((await sizeOf(partial)) ?? 0, input.size);
  if (start < input.size || input.size === 0) await fetchRest(link, { ...input, partial, start });
  await settle({ file: partial, digest: input.digest, into: input.into });
}

/** Gives a file its name, if it has the digest. */
export async function settle(input: {
  readonly file: string;
  readonly digest: Digest;
  readonly into: string;
}): Promise<void> {
  if ((await digestOf(input.file)) !== input.digest) {
    await rm(input.file, { force: true });
    throw new DigestMismatch(input.digest);
  }
  const handle = await open(input.file, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(input.file, input.into);
}

async function fetchRest(
  link: ArtifactLink,
  input: RemoteContent & {
    readonly partial: string;
    readonly start: number;
    readonly onProgress: (doneBytes: number) => void;
  },
): Promise<void> {
  const headers: Record<string, string> = { authorization: `Bearer ${link.token}` };
  if (input.start > 0) headers['range'] = `bytes=${input.start}-`;
  const response = await fetch(new URL(input.path, link.server), {
    headers,
    redirect: 'manual',
    signal: link.signal,
  });
  if (response.status === 401) throw new TokenRefused();
  if (!response.ok || response.body === null)
    throw new Error(`the server does not give artifact ${input.digest.slice(0, 19)}: ${response.status}`);
  const resumed = response.status === 206;
  let done = resumed ? input.start : 0;
  const measured = async function* (source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      done += chunk.length;
      if (done > input.size) throw new Error('the artifact is larger than announced');
      await link.bandwidth.take(chunk.length, link.signal);
      yield chunk;
      input.onProgress(done);
    }
  };
  const body = Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]);
  await pipeline(body, measured, createWriteStream(input.partial, { flags: resumed ? 'a' : 'w', mode: 0o600 }));
}

async function digestOf(file: string): Promise<Digest> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return `sha256:${hash.digest('hex')}`;
}

export async function sizeOf(file: string): Promise<number | undefined> {
  return stat(file).then(
    (info) => info.size,
    () => undefined,
  );
}
