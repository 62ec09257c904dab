import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gatewayNodeOptions } from '@almanac/protocol/gateway';

/** What is started as the gateway. */
export interface GatewayProgram {
  /** The executable and its first arguments. */
  readonly command: string[];
  /** Another one for another program. */
  readonly id: string;
}

/**
 * The gateway beside the bundle of the agent, or in the repository.
 *
 * @throws {Error} when there is none
 */
export function findGatewayProgram(): GatewayProgram {
  const places = ['./almanac-gateway.mjs', '../../../gateway/src/main.ts'].map((place) =>
    fileURLToPath(new URL(place, import.meta.url)),
  );
  const found = places.find((place) => existsSync(place));
  if (found === undefined) throw new Error('the gateway is not installed beside the agent');
  return { command: [process.execPath, ...gatewayNodeOptions, found], id: idOf(found) };
}

/** The digest of what runs and how: the bundle, or all sources of the gateway, on this Node with these options. */
function idOf(program: string): string {
  const folder = dirname(program);
  const files = program.endsWith('.ts')
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
        .toSorted()
        .map((name) => join(folder, name))
    : [program];
  const hash = createHash('sha256').update([process.version, ...gatewayNodeOptions].join(' '));
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}
