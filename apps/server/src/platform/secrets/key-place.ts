import { isAbsolute, join } from 'node:path';
import { HostFault } from '@almanac/host';
import { z } from 'zod';
import { type KeySource, keySourceOf, ownKeyFile } from './key-source.ts';

/** Where an operator keeps the master key. */
export type KeyPlace =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'command'; readonly argv: readonly [string, ...string[]] };

const argv = z.tuple([z.string().min(1)], z.string());

/**
 * Reads where the master key is: `ALMANAC_KEY_FILE` names a file, `ALMANAC_KEY_COMMAND` a program with its arguments as a JSON
 * list, whose output is the key. Undefined when neither is set: then it is a file in the data directory.
 *
 * @throws {HostFault} with one sentence when a value cannot be used; one that is set and empty is a mistake, not an absence
 */
export function readKeyPlace(environment: NodeJS.ProcessEnv): KeyPlace | undefined {
  const { ALMANAC_KEY_FILE: file, ALMANAC_KEY_COMMAND: command } = environment;
  if (file !== undefined && command !== undefined)
    throw new HostFault('set ALMANAC_KEY_FILE or ALMANAC_KEY_COMMAND, not both');
  if (file !== undefined) {
    if (!isAbsolute(file)) throw new HostFault(`ALMANAC_KEY_FILE must be the absolute path of a file, not "${file}"`);
    return { kind: 'file', path: file };
  }
  return command === undefined ? undefined : { kind: 'command', argv: readArgv(command, 'ALMANAC_KEY_COMMAND') };
}

export function readArgv(text: string, name: string): readonly [string, ...string[]] {
  const parsed = argv.safeParse(parse(text));
  if (!parsed.success)
    throw new HostFault(
      `${name} must be a JSON list of a program and its arguments, as in ["/usr/bin/kms", "decrypt"]`,
    );
  return parsed.data;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Where a server with this configuration reads its master key. */
export function sourceOfMasterKey(config: {
  readonly masterKey: KeyPlace | undefined;
  readonly data: string;
}): KeySource {
  return config.masterKey === undefined ? ownKeyFile(masterKeyFile(config.data)) : keySourceOf(config.masterKey);
}

/** The file that is used where the operator names nothing. */
export function masterKeyFile(data: string): string {
  return join(data, 'keys', 'secrets.key');
}
