import { type Manifest, manifestMaxBytes, parseManifest } from '@almanac/protocol';
import { type CommitTree, readText } from '../git/tree.ts';
import { failed } from './job-fault.ts';

/** Reads and checks the manifest of a commit; every fault is told with its line and column. */
export async function readManifest(tree: CommitTree, path: string): Promise<Manifest> {
  const parsed = parseManifest(await readText(tree, { path, kind: 'manifest', maxBytes: manifestMaxBytes }));
  if (parsed.ok) return parsed.manifest;
  const [first] = parsed.faults;
  const place =
    first === undefined
      ? ''
      : ` (${path}:${first.line}:${first.column}: ${[first.path, first.detail].filter((part) => part !== '').join(': ')})`;
  const count = parsed.faults.length === 1 ? 'one fault' : `${parsed.faults.length} faults`;
  throw failed('manifest-invalid', `${path} has ${count}${place}`, { faults: [...parsed.faults] });
}
