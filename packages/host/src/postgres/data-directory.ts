import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { syncDirectory } from '../files/write-durably.ts';
import { HostFault } from '../host-fault.ts';
import type { PostgresBinaries } from './binaries.ts';
import type { Unprivileged } from './unprivileged.ts';

export const superuser = 'almanac';

/** Makes the data directory at the first start, whole or not at all; refuses one of another major version. */
export async function ensureDataDirectory(input: {
  readonly binaries: PostgresBinaries;
  readonly directory: string;
  readonly password: string | undefined;
  readonly unprivileged: Unprivileged;
}): Promise<void> {
  const { binaries, directory, unprivileged } = input;
  if (existsSync(join(directory, 'PG_VERSION'))) {
    await refuseOtherVersion(binaries, directory);
    return unprivileged.own(directory);
  }
  const fresh = `${directory}.tmp`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(dirname(directory), { recursive: true, mode: 0o700 });
  const passwordFile = `${fresh}.password`;
  const auth =
    input.password === undefined
      ? ['--auth=trust']
      : ['--auth-local=trust', '--auth-host=scram-sha-256', `--pwfile=${passwordFile}`];
  if (input.password !== undefined) await writeFile(passwordFile, `${input.password}\n`, { mode: 0o600 });
  const wrapped = unprivileged.wrap(binaries.initdb, [
    '-D',
    fresh,
    '-U',
    superuser,
    '-E',
    'UTF8',
    '--locale-provider=builtin',
    '--locale=C.UTF-8',
    '--no-instructions',
    ...auth,
  ]);
  try {
    await promisify(execFile)(wrapped.command, [...wrapped.args], {
      timeout: 120_000,
      env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C' },
    });
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    throw initFault(error);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(fresh, directory);
  await syncDirectory(dirname(directory));
}

async function refuseOtherVersion(binaries: PostgresBinaries, directory: string): Promise<void> {
  const version = Number((await readFile(join(directory, 'PG_VERSION'), 'utf8')).trim());
  if (version === binaries.majorVersion) return;
  const kind = version > binaries.majorVersion ? 'a newer' : 'an older';
  throw new HostFault(
    `${directory} belongs to ${kind} PostgreSQL (${version}; this is ${binaries.majorVersion}): start the Almanac that made it, or choose another ALMANAC_DATA`,
  );
}

function initFault(error: unknown): HostFault {
  const text = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
  if (/No space left on device/.test(text))
    return new HostFault('the disk is full: the database could not be made; free some space and start again', error);
  const reason = text.split('\n').find((line) => /error|fatal|could not/i.test(line)) ?? text.split('\n')[0] ?? '';
  return new HostFault(`the database could not be made: ${reason.trim()}`, error);
}
