import { createHash } from 'node:crypto';
import type { Digest } from '@almanac/domain';
import type { ModuleManifest } from '@almanac/protocol';

/** Grows when the way in which artifacts are made changes what comes out of the same input. */
const formatVersion = 1;

/**
 * What a module's artifact depends on: the git trees of its path and inputs, its part of the manifest and the
 * toolchain. What only matters when it runs (settings, scale, health) does not count: it does not change the files.
 */
export function inputKeyOf(input: {
  readonly module: ModuleManifest;
  readonly pathHash: string;
  readonly inputHashes: readonly string[];
  readonly toolchain: string;
}): Digest {
  const { path, inputs, build, test, reports } = input.module;
  const parts = {
    formatVersion,
    path: { name: path, hash: input.pathHash },
    inputs: inputs.map((name, index) => ({ name, hash: input.inputHashes[index] ?? '' })),
    build: build ?? null,
    test: test ?? null,
    reports,
    toolchain: input.toolchain,
  };
  return `sha256:${createHash('sha256').update(JSON.stringify(parts)).digest('hex')}`;
}
