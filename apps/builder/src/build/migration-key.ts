import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Digest } from '@almanac/domain';
import { type ModuleManifest, migrationOf } from '@almanac/protocol';
import { type CommitTree, hashAt } from '../git/tree.ts';

/**
 * Equal as long as the migration of a module is the same: its command, and the git trees of what it consists of. Null
 * where it has none, or its manifest does not say what it consists of.
 */
export async function migrationKeyOf(
  tree: CommitTree,
  input: { readonly name: string; readonly module: ModuleManifest },
): Promise<Digest | null> {
  const migration = migrationOf(input.module);
  if (migration === undefined || migration.files.length === 0) return null;
  const files: { readonly path: string; readonly hash: string }[] = [];
  for (const path of migration.files)
    files.push({ path, hash: await hashAt(tree, { path: join(input.module.path, path), module: input.name }) });
  const parts = JSON.stringify({ run: migration.run, files });
  return `sha256:${createHash('sha256').update(parts).digest('hex')}`;
}
