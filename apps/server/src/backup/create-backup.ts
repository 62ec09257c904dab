import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { HostFault, syncDirectory, syncTree } from '@almanac/host';
import pg from 'pg';
import { serverVersion } from '../version.ts';
import { type BackupManifest, backupFormat, manifestName } from './backup-format.ts';
import { copyOut, listTables } from './copy-tables.ts';
import { artifactsOf, type Installation, keysOf, openBesideServer } from './open-for-maintenance.ts';

export interface BackupRequest {
  readonly installation: Installation;
  /** The folder to make; it must not be there. */
  readonly into: string;
  readonly withKeys: boolean;
  readonly withArtifacts: boolean;
  readonly onProgress: (what: string) => void;
}

/**
 * Takes a backup of an installation, while its server runs or not: every table at one moment, then the artifacts that
 * the tables name, which never change, and the keys. The folder has its name only once it is whole.
 *
 * @throws {HostFault} with one sentence when it cannot
 */
export async function createBackup(request: BackupRequest): Promise<BackupManifest> {
  const { into, installation } = request;
  if (existsSync(into)) throw new HostFault(`${into} is there already; name a folder that is not`);
  if (!existsSync(keysOf(installation)))
    throw new HostFault(`${installation.data} holds no installation; name its data directory with --data`);
  const partial = join(dirname(into), `.${basename(into)}.partial`);
  await rm(partial, { recursive: true, force: true });
  await mkdir(join(partial, 'tables'), { recursive: true, mode: 0o700 });
  try {
    const { digests, ...database } = await copyDatabase(installation, { partial, onProgress: request.onProgress });
    if (request.withArtifacts) await copyArtifacts({ ...request, partial, digests });
    const manifest: BackupManifest = {
      format: backupFormat,
      almanac: serverVersion,
      ...database,
      keys: { included: request.withKeys, files: await copyKeys({ ...request, partial }) },
      artifacts: { included: request.withArtifacts, digests: [...digests] },
    };
    await writeFile(join(partial, manifestName), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
    await syncTree(partial);
    await rename(partial, into);
    await syncDirectory(dirname(into));
    return manifest;
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

type DatabasePart = Pick<BackupManifest, 'postgres' | 'takenAt' | 'incarnation' | 'schema' | 'tables' | 'sequences'> & {
  readonly digests: readonly string[];
};

async function copyDatabase(
  installation: Installation,
  input: { readonly partial: string; readonly onProgress: (what: string) => void },
): Promise<DatabasePart> {
  const opened = await openBesideServer(installation);
  const client = new pg.Client(opened.connection);
  try {
    await client.connect();
    // Everything is read as it was when the first statement began, whatever is committed meanwhile.
    await client.query('begin transaction isolation level repeatable read read only');
    const { rows: found } = await client.query<{ present: boolean }>(
      `select to_regclass('installation') is not null as present`,
    );
    if (found[0]?.present !== true)
      throw new HostFault('the database holds no installation; name the right one in DATABASE_URL or with --data');
    const { rows: facts } = await client.query<{ at: Date; version: string; incarnation: string; schema: string }>(
      `select now() as at, current_setting('server_version') as version, incarnation::text,
         (select max(name) from kysely_migration) as schema from installation`,
    );
    const [fact] = facts;
    if (fact === undefined) throw new HostFault('the installation in the database was never started');
    const shapes = await listTables(client);
    const tables: BackupManifest['tables'] = [];
    for (const shape of shapes) {
      input.onProgress(`table ${tables.length + 1} of ${shapes.length}: ${shape.name}`);
      const file = `tables/${shape.name}.copy.gz`;
      const path = join(input.partial, file);
      const rows = await copyOut(client, shape, path);
      tables.push({ name: shape.name, columns: [...shape.columns], rows, file, sha256: await sha256Of(path) });
    }
    const { rows: sequences } = await client.query<{ name: string; value: string }>(
      `select sequencename as name, last_value::text as value from pg_sequences
       where schemaname = current_schema() and last_value is not null order by sequencename`,
    );
    const { rows: artifacts } = await client.query<{ digest: string }>('select digest from artifacts order by digest');
    return {
      postgres: fact.version,
      takenAt: fact.at.toISOString(),
      incarnation: Number(fact.incarnation),
      schema: fact.schema,
      tables,
      sequences: sequences.map(({ name, value }) => ({ name, value: Number(value) })),
      digests: artifacts.map(({ digest }) => digest),
    };
  } finally {
    await client.end();
    await opened.close();
  }
}

/** Where an artifact stands below a folder of artifacts. */
export function artifactPath(digest: string): string {
  const [, hex = ''] = digest.split(':');
  return join('sha256', hex.slice(0, 2), hex);
}

async function copyArtifacts(input: {
  readonly installation: Installation;
  readonly partial: string;
  readonly digests: readonly string[];
  readonly onProgress: (what: string) => void;
}): Promise<void> {
  for (const [index, digest] of input.digests.entries()) {
    if (index % 100 === 0) input.onProgress(`artifact ${index + 1} of ${input.digests.length}`);
    const to = join(input.partial, 'artifacts', artifactPath(digest));
    await mkdir(dirname(to), { recursive: true, mode: 0o700 });
    await copyFile(join(artifactsOf(input.installation), artifactPath(digest)), to);
  }
}

async function copyKeys(input: {
  readonly installation: Installation;
  readonly partial: string;
  readonly withKeys: boolean;
}): Promise<BackupManifest['keys']['files']> {
  const files: BackupManifest['keys']['files'] = [];
  const directory = keysOf(input.installation);
  for (const name of (await readdir(directory)).filter((each) => !each.endsWith('.tmp')).sort()) {
    if (input.withKeys) {
      await mkdir(join(input.partial, 'keys'), { recursive: true, mode: 0o700 });
      await copyFile(join(directory, name), join(input.partial, 'keys', name));
    }
    files.push({ file: `keys/${name}`, sha256: await sha256Of(join(directory, name)) });
  }
  return files;
}

/** The SHA-256 of a file, in hexadecimal. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}
