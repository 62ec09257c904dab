import { rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { applyDelta, DeltaRefused } from '@almanac/delta';
import type { Digest } from '@almanac/domain';
import { transferOffer } from '@almanac/protocol';
import { type ArtifactLink, fetchContent, settle, TokenRefused } from './fetch-content.ts';

export interface WantedArtifact {
  readonly digest: Digest;
  readonly size: number;
  readonly onProgress: (doneBytes: number) => void;
}

/**
 * Brings an artifact by the way that the server says is the shortest, and gives that way; undefined where it is the
 * artifact as it is.
 *
 * @param openBase gives the file of a base, ready to be read
 * @throws {DeltaRefused | DigestMismatch} when what came does not make the artifact: then it is fetched as it is
 */
export async function takeTransfer(
  link: ArtifactLink,
  input: WantedArtifact & {
    readonly into: string;
    readonly bases: readonly Digest[];
    readonly openBase: (digest: Digest) => Promise<string>;
  },
): Promise<{ readonly kind: 'packed' | 'delta'; readonly size: number } | undefined> {
  const { digest, size, into } = input;
  const offer = await askForOffer(link, input);
  if (offer.kind === 'whole') return undefined;
  // No way is longer than the artifact itself, whatever is announced.
  if (offer.size >= size || (offer.kind === 'delta' && !input.bases.includes(offer.base))) return undefined;
  const base = offer.kind === 'delta' ? await input.openBase(offer.base) : undefined;
  const transfer = `${into}.${offer.digest.slice(7, 23)}`;
  await fetchContent(link, {
    path: `/api/v1/artifacts/${digest}/transfers/${offer.digest}`,
    digest: offer.digest,
    size: offer.size,
    into: transfer,
    onProgress: (done) => input.onProgress(Math.floor((done / offer.size) * size)),
  });
  const made = `${into}.made`;
  try {
    await applyDelta({ delta: transfer, base, into: made, targetSize: size, signal: link.signal });
    await settle({ file: made, digest, into });
  } finally {
    await rm(made, { force: true });
    if (!link.signal.aborted) await rm(transfer, { force: true });
  }
  return { kind: offer.kind, size: offer.size };
}

/** Asks until the server has found the way: making one for the first time takes it a while. */
async function askForOffer(link: ArtifactLink, input: { readonly digest: Digest; readonly bases: readonly Digest[] }) {
  const address = new URL(`/api/v1/artifacts/${input.digest}/transfer`, link.server);
  if (input.bases.length > 0) address.searchParams.set('bases', input.bases.join(','));
  for (;;) {
    const response = await fetch(address, {
      headers: { authorization: `Bearer ${link.token}` },
      redirect: 'manual',
      signal: link.signal,
    });
    if (response.status === 401) throw new TokenRefused();
    if (!response.ok)
      throw new Error(`the server does not say how artifact ${input.digest.slice(0, 19)} comes: ${response.status}`);
    const offer = await readOffer(response);
    if (offer.kind !== 'preparing') return offer;
    await pause(offer.retryAfterSeconds * 1000, undefined, { signal: link.signal });
  }
}

/** @throws {DeltaRefused} when what answered is no offer, as after a proxy that changes answers: the artifact needs none */
async function readOffer(response: Response) {
  const offer = transferOffer.safeParse(await response.json().catch(() => undefined));
  if (!offer.success) throw new DeltaRefused('what the server says of how it comes cannot be read');
  return offer.data;
}
