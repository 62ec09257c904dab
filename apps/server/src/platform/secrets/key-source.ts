import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { HostFault, readPrivateFile, syncDirectory, writeDurably } from '@almanac/host';
import { keyBytes } from './encryption.ts';
import type { KeyPlace } from './key-place.ts';

/** Where a master key is kept: outside the database and its backups. */
export interface KeySource {
  /** For an operator: `the key in FILE`. */
  readonly name: string;
  /** Undefined when there is none; refused when there is one that cannot be used. */
  readonly read: () => Promise<Buffer | undefined>;
  /** Makes a key there; absent where that is the operator's. */
  readonly make?: () => Promise<Buffer>;
}

/** A key that is made at the first start, or by a rotation. */
export function ownKeyFile(path: string): KeySource {
  return {
    ...givenKeyFile(path),
    make: async () => {
      const key = randomBytes(keyBytes);
      await writeDurably(path, `${key.toString('base64url')}\n`);
      return key;
    },
  };
}

function givenKeyFile(path: string): KeySource {
  return {
    name: `the key in ${path}`,
    read: async () => {
      const text = await readPrivateFile(path);
      return text === undefined ? undefined : parseKey(text, path);
    },
  };
}

/** A key of the operator: never made here, so that a volume that was not mounted is noticed. */
export function keySourceOf(place: KeyPlace): KeySource {
  if (place.kind === 'file') return givenKeyFile(place.path);
  const [program, ...args] = place.argv;
  return { name: `the key that ${program} gives`, read: () => askProgram(program, args) };
}

/** Puts the next key in the place of the usual one, at once. */
export async function putInPlace(next: string, usual: string): Promise<void> {
  await rename(next, usual);
  await syncDirectory(dirname(usual));
}

const patienceMs = 30_000;

/** The output of a program is the key; what it says of itself, nobody else hears. */
async function askProgram(program: string, args: readonly string[]): Promise<Buffer> {
  try {
    const { stdout } = await promisify(execFile)(program, [...args], {
      timeout: patienceMs,
      maxBuffer: 64 * 1024,
      env: withoutSecrets(process.env),
      windowsHide: true,
    });
    return parseKey(stdout, `what ${program} printed`);
  } catch (error) {
    if (error instanceof HostFault) throw error;
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const why =
      typeof code === 'number' ? `ended with status ${code}` : code === 'ENOENT' ? 'is not there' : 'gave no answer';
    // Without the cause: it carries the whole output.
    throw new HostFault(`the program of ALMANAC_KEY_COMMAND, ${program}, ${why}`);
  }
}

function withoutSecrets(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => name !== 'DATABASE_URL' && !name.startsWith('ALMANAC_')),
  );
}

function parseKey(text: string, where: string): Buffer {
  const trimmed = text.trim();
  const key = /^[0-9A-Za-z+/_-]{43}=?$/.test(trimmed)
    ? Buffer.from(trimmed, 'base64url')
    : /^[0-9a-fA-F]{64}$/.test(trimmed)
      ? Buffer.from(trimmed, 'hex')
      : undefined;
  if (key?.length === keyBytes) return key;
  throw new HostFault(
    `${where} is no key: ${keyBytes} random bytes in base64 or hex (openssl rand -base64 ${keyBytes})`,
  );
}
