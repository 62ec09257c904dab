import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HostFault, syncTree, writeDurably } from '@almanac/host';
import pg from 'pg';
import { migrate, openDatabase } from '#platform/database';
import { type BackupManifest, backupManifest, manifestName } from './backup-format.ts';
import { copyIn, emptyTables, listTables } from './copy-tables.ts';
import { artifactPath, sha256Of } from './create-backup.ts';
import { artifactsOf, type Installation, keysOf, openExclusively, postgresOf } from './open-for-maintenance.ts';

export interface RestoreRequest {
  readonly installation: Installation;
  /** The folder of the backup. */
  readonly from: string;
  /** Whether an installation that is there is put aside; without it, it is in the way. */
  readonly replace: boolean;
  readonly onProgress: (what: string) => void;
}

export interface Restored {
  readonly manifest: BackupManifest;
  readonly incarnation: number;
  /** Where what was there before has been put. */
  readonly putAside: string | null;
}

const migrations = fileURLToPath(new URL('../migrations', import.meta.url));

/** What lets people and programs in, and was ended since, must not let them in again. */
const endedByRestore = ['sessions', 'artifact_tokens', 'enrolment_tokens', 'idempotency'];

/**
 * Puts a backup in the place of an installation. Everything is verified first; the database comes last and in one
 * transaction, so that an interrupted restore can be done again. The incarnation grows, by which sites tell a restored
 * server from an old order.
 *
 * @throws {HostFault} with one sentence when it cannot; nothing of an installation that was there is lost
 */
export async function restoreBackup(request: RestoreRequest): Promise<Restored> {
  const { installation, from } = request;
  const manifest = await readManifest(from);
  await verify(request, manifest);
  const putAside = await makeRoom(request);
  await placeKeys(request, manifest);
  await placeArtifacts(request, manifest);
  const opened = await openExclusively(installation);
  try {
    const database = openDatabase({ config: { ...opened.connection, statement_timeout: 0 }, onError: () => undefined });
    try {
      await migrate(database.db, migrations, manifest.schema);
      const incarnation = await fillDatabase(opened.connection, { ...request, manifest });
      await migrate(database.db, migrations);
      return { manifest, incarnation, putAside };
    } finally {
      await database.close();
    }
  } finally {
    await opened.close();
  }
}

async function readManifest(from: string): Promise<BackupManifest> {
  const text = await readFile(join(from, manifestName), 'utf8').catch(() => undefined);
  if (text === undefined) throw new HostFault(`${from} is no backup: it has no ${manifestName}`);
  const parsed = backupManifest.safeParse(parse(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new HostFault(
    `${join(from, manifestName)} cannot be read (${issue?.path.join('.')}: ${issue?.message}); it is damaged, or of a newer Almanac`,
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Every file is what it was when the backup was taken, and every key is at hand. */
async function verify(request: RestoreRequest, manifest: BackupManifest): Promise<void> {
  const { from, installation } = request;
  const expect = async (path: string, sha256: string, what: string) => {
    if (!existsSync(path)) throw new HostFault(`${what}: ${path} is missing`);
    if ((await sha256Of(path)) !== sha256) throw new HostFault(`${what}: ${path} has other content than it had`);
  };
  for (const { file, sha256 } of manifest.tables) await expect(join(from, file), sha256, 'the backup is damaged');
  for (const { file, sha256 } of manifest.keys.files) {
    if (manifest.keys.included) await expect(join(from, file), sha256, 'the backup is damaged');
    else
      await expect(
        join(keysOf(installation), file.replace('keys/', '')),
        sha256,
        'the backup was taken without keys, and these are not its keys',
      );
  }
  for (const [index, digest] of manifest.artifacts.digests.entries()) {
    if (index % 100 === 0) request.onProgress(`artifact ${index + 1} of ${manifest.artifacts.digests.length}: checked`);
    const [, hex = ''] = digest.split(':');
    if (manifest.artifacts.included)
      await expect(join(from, 'artifacts', artifactPath(digest)), hex, 'the backup is damaged');
    else
      await expect(
        join(artifactsOf(installation), artifactPath(digest)),
        hex,
        'the backup was taken without artifacts; put them in place first',
      );
  }
}

/** Puts an embedded database that is there aside, with the keys that its secrets need. */
async function makeRoom({ installation, replace }: RestoreRequest): Promise<string | null> {
  if (installation.databaseUrl !== undefined || !existsSync(postgresOf(installation))) return null;
  if (!replace)
    throw new HostFault(
      `${installation.data} holds an installation; --replace puts it aside, --data names another directory`,
    );
  // Taken and given back: nobody may run on what is moved.
  await (await openExclusively(installation)).close();
  const aside = join(installation.data, `before-restore-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`);
  await mkdir(join(aside, 'keys'), { recursive: true, mode: 0o700 });
  await rename(postgresOf(installation), join(aside, 'postgres'));
  // The signing key lay there before it was a secret of the database.
  for (const name of ['secrets.key', 'signing.pem']) {
    const key = join(keysOf(installation), name);
    if (existsSync(key)) await copyFile(key, join(aside, 'keys', name));
  }
  return aside;
}

async function placeKeys({ from, installation }: RestoreRequest, manifest: BackupManifest): Promise<void> {
  if (!manifest.keys.included) return;
  for (const { file } of manifest.keys.files)
    await writeDurably(join(keysOf(installation), file.replace('keys/', '')), await readFile(join(from, file)));
}

async function placeArtifacts(request: RestoreRequest, manifest: BackupManifest): Promise<void> {
  if (!manifest.artifacts.included) return;
  const into = artifactsOf(request.installation);
  await mkdir(into, { recursive: true, mode: 0o700 });
  for (const [index, digest] of manifest.artifacts.digests.entries()) {
    const path = join(into, artifactPath(digest));
    if (existsSync(path)) continue;
    if (index % 100 === 0) request.onProgress(`artifact ${index + 1} of ${manifest.artifacts.digests.length}: placed`);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await copyFile(join(request.from, 'artifacts', artifactPath(digest)), `${path}.restoring`);
    await rename(`${path}.restoring`, path);
  }
  await syncTree(into);
}

async function fillDatabase(
  connection: pg.ClientConfig,
  input: { readonly from: string; readonly manifest: BackupManifest; readonly onProgress: (what: string) => void },
): Promise<number> {
  const { manifest } = input;
  const client = new pg.Client(connection);
  await client.connect();
  try {
    await client.query('begin');
    const present = await listTables(client);
    const { rows: used } = await client.query<{ count: string }>('select count(*)::text as count from audit');
    if (used[0]?.count !== '0')
      throw new HostFault(
        'the database in DATABASE_URL holds an installation; make an empty database and name that one',
      );
    const surplus = manifest.tables.find((table) => !present.some((each) => each.name === table.name));
    if (surplus !== undefined) throw new HostFault(`the backup is damaged: there is no table ${surplus.name}`);
    await emptyTables(client, present);
    for (const [index, table] of manifest.tables.entries()) {
      input.onProgress(`table ${index + 1} of ${manifest.tables.length}: ${table.name}`);
      const rows = await copyIn(client, table, join(input.from, table.file));
      if (rows !== table.rows)
        throw new HostFault(`the backup is damaged: ${table.name} has ${rows} rows and should have ${table.rows}`);
    }
    for (const { name, value } of manifest.sequences)
      await client.query('select setval($1::regclass, $2)', [pg.escapeIdentifier(name), value]);
    for (const name of endedByRestore) await client.query(`delete from ${pg.escapeIdentifier(name)}`);
    const { rows } = await client.query<{ incarnation: string }>(
      `update installation set restored_at = now(),
         incarnation = greatest(incarnation + 1, (extract(epoch from clock_timestamp()) * 1000)::bigint)
       returning incarnation::text`,
    );
    await client.query('commit');
    return Number(rows[0]?.incarnation);
  } finally {
    await client.end();
  }
}
