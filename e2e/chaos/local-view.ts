import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

interface SeenBySite {
  readonly notices: readonly string[];
  readonly applications: readonly { readonly name: string; readonly phase: string; readonly message: string | null }[];
}

/** What a site says of itself on its own machine, whether its server is there or not; `directory` is where it keeps its files. */
export async function askSiteItself(directory: string): Promise<SeenBySite> {
  const [address = '', token = ''] = await Promise.all(
    ['address', 'token'].map(async (name) => (await readFile(join(directory, 'local', name), 'utf8')).trim()),
  );
  const answer = await fetch(new URL('/api/site', address), { headers: { authorization: `Bearer ${token}` } });
  if (!answer.ok) throw new Error(`the site answers ${answer.status}`);
  return (await answer.json()) as SeenBySite;
}
