import { type Digest, refuse } from '@almanac/domain';
import type { Kysely } from 'kysely';
import type { Feature } from '#platform/feature';
import { direct } from '#platform/http';
import type { Tables } from '#tables';
import type { ArtifactStore } from './artifact-store.ts';

/** `mayRead` says whether the desired state of the asking site names a digest. */
export function artifactsFeature(input: {
  readonly store: ArtifactStore;
  readonly mayRead: (
    db: Kysely<Tables>,
    question: { readonly site: string; readonly digest: Digest },
  ) => Promise<boolean>;
}): Feature {
  return {
    name: 'artifacts',
    endpoints: [
      direct('getArtifact', async ({ db, actor }, { params, http }) => {
        const site = actor.kind === 'agent' ? actor.site : refuse('not-permitted', 'artifacts are read by agents');
        const size = (await input.mayRead(db, { site, digest: params.digest }))
          ? await input.store.sizeOf(params.digest)
          : undefined;
        if (size === undefined) return refuse('not-found', 'the desired state of this site names no such artifact');
        const range = rangeOf(http.request.headers.range, size);
        void http.reply
          .code(range.start === 0 ? 200 : 206)
          .type('application/octet-stream')
          .header('accept-ranges', 'bytes')
          .header('content-length', String(size - range.start))
          .header('etag', `"${params.digest}"`);
        if (range.start > 0) void http.reply.header('content-range', `bytes ${range.start}-${size - 1}/${size}`);
        if (size === 0) return http.reply.send('');
        return http.reply.send(input.store.read(params.digest, { start: range.start, end: size - 1 }));
      }),
    ],
  };
}

/** Only "from here to the end" is used: by agents that go on after an interruption. */
function rangeOf(header: string | undefined, size: number): { readonly start: number } {
  const start = Number(/^bytes=(\d+)-$/.exec(header ?? '')?.[1] ?? 0);
  return { start: start < size ? start : 0 };
}
