import { createHash } from 'node:crypto';
import type { Digest } from '@almanac/domain';
import type { BuiltContract } from '@almanac/protocol';
import type { ReadContract } from './read-contracts.ts';

/** A contract's content as it is uploaded, beside what the result says of it. */
export function describeContract({ module, contract, document }: ReadContract): {
  readonly built: BuiltContract;
  readonly content: Uint8Array<ArrayBuffer>;
} {
  const content = new TextEncoder().encode(JSON.stringify(document));
  const digest: Digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
  return {
    built: { module, contract, kind: document.kind, fingerprint: document.fingerprint, document: digest },
    content,
  };
}
