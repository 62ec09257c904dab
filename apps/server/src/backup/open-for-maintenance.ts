import { join } from 'node:path';
import { lockDirectory, runningPostgres, type Secret, startPostgres } from '@almanac/host';
import type pg from 'pg';

/** Where an installation is kept. */
export interface Installation {
  readonly data: string;
  /** A PostgreSQL of yours; the embedded one when absent. */
  readonly databaseUrl: Secret | undefined;
}

export interface OpenedForMaintenance {
  readonly connection: pg.ClientConfig;
  readonly close: () => Promise<void>;
}

export const postgresOf = (installation: Installation) => join(installation.data, 'postgres');
export const keysOf = (installation: Installation) => join(installation.data, 'keys');
export const artifactsOf = (installation: Installation) => join(installation.data, 'artifacts');

/** Takes the installation for this process alone: no server runs on it until it is closed. */
export async function openExclusively(installation: Installation): Promise<OpenedForMaintenance> {
  const lock = await lockDirectory(installation.data, 'server.lock');
  try {
    const opened = await openDatabase(installation);
    return {
      connection: opened.connection,
      close: async () => {
        await opened.close();
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Opens the database of an installation beside a server that runs, or alone where none does. */
export async function openBesideServer(installation: Installation): Promise<OpenedForMaintenance> {
  if (installation.databaseUrl !== undefined) return openDatabase(installation);
  const running = runningPostgres(postgresOf(installation));
  if (running !== undefined) return { connection: running, close: async () => undefined };
  return openExclusively(installation);
}

async function openDatabase(installation: Installation): Promise<OpenedForMaintenance> {
  if (installation.databaseUrl !== undefined) {
    return { connection: { connectionString: installation.databaseUrl.reveal() }, close: async () => undefined };
  }
  const postgres = await startPostgres({
    dataDirectory: postgresOf(installation),
    logFile: join(installation.data, 'postgres.log'),
    mode: { kind: 'private-socket' },
    guarded: true,
  });
  return { connection: postgres.connection, close: postgres.stop };
}
