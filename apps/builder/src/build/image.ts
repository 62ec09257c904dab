import { createHash } from 'node:crypto';
import type { Digest } from '@almanac/domain';

export interface Blob {
  readonly digest: Digest;
  readonly content: Buffer;
}

interface Layer {
  readonly digest: Digest;
  readonly size: number;
}

const mediaTypes = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.almanac.module.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
} as const;

/**
 * Describes a build as an OCI index (image-spec 1.1) with one manifest per module. Nothing in it depends on time or
 * place, so the same modules give the same index.
 */
export function describeImage(modules: readonly { readonly name: string; readonly layer: Layer }[]): {
  readonly index: Blob;
  readonly others: readonly Blob[];
} {
  const others: Blob[] = [];
  const manifests = [...modules]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, layer }) => {
      const config = toBlob({ module: name });
      const manifest = toBlob({
        schemaVersion: 2,
        mediaType: mediaTypes.manifest,
        artifactType: mediaTypes.config,
        config: { mediaType: mediaTypes.config, digest: config.digest, size: config.content.length },
        layers: [{ mediaType: mediaTypes.layer, digest: layer.digest, size: layer.size }],
      });
      others.push(config, manifest);
      return {
        mediaType: mediaTypes.manifest,
        digest: manifest.digest,
        size: manifest.content.length,
        annotations: { 'org.opencontainers.image.ref.name': name },
      };
    });
  return { index: toBlob({ schemaVersion: 2, mediaType: mediaTypes.index, manifests }), others };
}

function toBlob(value: unknown): Blob {
  const content = Buffer.from(JSON.stringify(value), 'utf8');
  return { digest: `sha256:${createHash('sha256').update(content).digest('hex')}`, content };
}
