import { execFile } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type RunningPostgres, syncTree } from '@almanac/host';
import pg from 'pg';
import { z } from 'zod';

const run = promisify(execFile);

const described = z.object({
  takenAt: z.iso.datetime(),
  /** Before what it was taken. */
  before: z.string(),
  /** The cluster that was copied. */
  cluster: z.string(),
});

/** All databases of one PostgreSQL of a site, as they were at a moment. */
export interface ClusterBackup extends z.output<typeof described> {
  readonly name: string;
}

/** What belongs to the process that runs, and not to what it keeps. */
const emptied = ['pg_replslot', 'pg_stat_tmp', 'pg_dynshmem', 'pg_notify'];
const notCopied = new Set(['postmaster.pid', 'postmaster.opts', 'pg_wal', ...emptied]);
const none: ReadonlySet<string> = new Set();

/**
 * Copies a PostgreSQL that runs on, undisturbed: the low-level base backup of PostgreSQL's documentation ("Making a
 * Base Backup Using the Low Level API"). A slot keeps the log that the copy needs until it is whole.
 */
export async function backUpCluster(input: {
  readonly postgres: RunningPostgres['connection'];
  readonly dataDirectory: string;
  readonly cluster: string;
  /** The folder of all backups. */
  readonly directory: string;
  readonly before: string;
}): Promise<ClusterBackup> {
  const takenAt = new Date().toISOString();
  const name = takenAt.replaceAll(/[:.]/g, '-');
  const partial = join(input.directory, `${name}.partial`);
  const copy = join(partial, 'postgres');
  await mkdir(partial, { recursive: true, mode: 0o700 });
  const client = new pg.Client(input.postgres);
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(`select pg_create_physical_replication_slot('almanac_backup', true, true)`);
    await client.query(`select pg_backup_start('almanac', true)`);
    await copyDirectory(input.dataDirectory, copy, notCopied);
    const { rows } = await client.query<{ label: string; map: string }>(
      'select labelfile as label, spcmapfile as map from pg_backup_stop(false)',
    );
    await writeFile(join(copy, 'backup_label'), rows[0]?.label ?? '', { mode: 0o600 });
    await copyDirectory(join(input.dataDirectory, 'pg_wal'), join(copy, 'pg_wal'), none);
    for (const folder of emptied) await mkdir(join(copy, folder), { mode: 0o700 });
    const description = { takenAt, before: input.before, cluster: input.cluster };
    await writeFile(join(partial, 'backup.json'), JSON.stringify(description), { mode: 0o600 });
    await syncTree(partial);
    await rename(partial, join(input.directory, name));
    return { name, ...description };
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  } finally {
    await client.end();
  }
}

/** Files come and go while they are copied; what matters of that is in the log. */
async function copyDirectory(from: string, to: string, without: ReadonlySet<string>): Promise<void> {
  await mkdir(to, { mode: 0o700 });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    if (without.has(entry.name)) continue;
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await copyDirectory(source, target, none);
    else if (entry.isFile())
      await copyFile(source, target).catch((error: unknown) => {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
      });
  }
}

/** The backups of a folder, the newest first. */
export async function listClusterBackups(directory: string): Promise<readonly ClusterBackup[]> {
  const backups: ClusterBackup[] = [];
  for (const name of (await readdir(directory).catch(() => [])).toSorted((a, b) => (a < b ? 1 : -1))) {
    const text = await readFile(join(directory, name, 'backup.json'), 'utf8').catch(() => undefined);
    const parsed = text === undefined ? undefined : described.safeParse(JSON.parse(text));
    if (parsed?.success === true) backups.push({ name, ...parsed.data });
  }
  return backups;
}

/** Removes all but the newest, and what an interrupted backup left. */
export async function keepNewestBackups(directory: string, count: number): Promise<void> {
  const kept = new Set((await listClusterBackups(directory)).slice(0, count).map((each) => each.name));
  for (const name of await readdir(directory).catch(() => []))
    if (!kept.has(name)) await rm(join(directory, name), { recursive: true, force: true });
}

/** Puts the data of a backup into a folder of its own, from which a PostgreSQL can be started. */
export async function unpackBackup(backup: string, into: string): Promise<void> {
  const fresh = `${into}.tmp`;
  await rm(fresh, { recursive: true, force: true });
  await run('/bin/cp', ['--archive', '--', join(backup, 'postgres'), fresh]);
  await syncTree(fresh);
  await rename(fresh, into);
}
