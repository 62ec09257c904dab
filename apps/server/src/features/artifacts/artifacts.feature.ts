import type { ReadStream } from 'node:fs';
import { type Actor, type Digest, refuse } from '@almanac/domain';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Kysely } from 'kysely';
import type { Feature } from '#platform/feature';
import { direct } from '#platform/http';
import type { Tables } from '#tables';
import type { ArtifactStore } from './artifact-store.ts';
import type { Transfers } from './transfers.ts';

/** `mayRead` says whether the desired state of the asking site names a digest. */
export function artifactsFeature(input: {
  readonly store: ArtifactStore;
  readonly transfers: Transfers;
  readonly mayRead: (
    db: Kysely<Tables>,
    question: { readonly site: string; readonly digest: Digest },
  ) => Promise<boolean>;
}): Feature {
  const { store, transfers } = input;
  /** The size of an artifact that the asking site may read. */
  const wantedSize = async (context: { readonly db: Kysely<Tables>; readonly actor: Actor }, digest: Digest) => {
    const { actor } = context;
    const site = actor.kind === 'agent' ? actor.site : refuse('not-permitted', 'artifacts are read by agents');
    const size = (await input.mayRead(context.db, { site, digest })) ? await store.sizeOf(digest) : undefined;
    return size ?? refuse('not-found', 'the desired state of this site names no such artifact');
  };
  return {
    name: 'artifacts',
    endpoints: [
      direct('getArtifact', async (context, { params, http }) => {
        const size = await wantedSize(context, params.digest);
        return answer(http, { etag: params.digest, size, read: (range) => store.read(params.digest, range) });
      }),

      direct('offerTransfer', async (context, { params, query }) => {
        await wantedSize(context, params.digest);
        return transfers.offer(params.digest, query.bases ?? []);
      }),

      direct('getTransfer', async (context, { params, http }) => {
        const { digest, transfer } = params;
        await wantedSize(context, digest);
        const size = await transfers.sizeOf(digest, transfer);
        if (size === undefined)
          return refuse('not-found', 'this transfer is not kept any more; ask how to get it again');
        return answer(http, { etag: transfer, size, read: (range) => transfers.read(digest, transfer, range) });
      }),
    ],
    periodics: [{ name: 'collect-transfers', everyMs: 3_600_000, run: () => transfers.collect() }],
  };
}

/** Content, or its rest for whoever goes on after an interruption. */
function answer(
  http: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  content: {
    readonly etag: string;
    readonly size: number;
    readonly read: (range: { readonly start: number; readonly end: number }) => ReadStream;
  },
): FastifyReply {
  const { size } = content;
  const { start } = rangeOf(http.request.headers.range, size);
  void http.reply
    .code(start === 0 ? 200 : 206)
    .type('application/octet-stream')
    .header('accept-ranges', 'bytes')
    .header('content-length', String(size - start))
    .header('etag', `"${content.etag}"`);
  if (start > 0) void http.reply.header('content-range', `bytes ${start}-${size - 1}/${size}`);
  return size === 0 ? http.reply.send('') : http.reply.send(content.read({ start, end: size - 1 }));
}

/** Only "from here to the end" is used: by agents that go on after an interruption. */
function rangeOf(header: string | undefined, size: number): { readonly start: number } {
  const start = Number(/^bytes=(\d+)-$/.exec(header ?? '')?.[1] ?? 0);
  return { start: start < size ? start : 0 };
}
