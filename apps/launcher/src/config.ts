import { resolve } from 'node:path';

export interface LauncherConfig {
  readonly root: string;
  readonly data: string;
  readonly host: string;
  readonly port: number;
  /** Front ports of the local sites, in path order. */
  readonly sitePorts: readonly number[];
}

/** Reads what the environment says; throws with one sentence when a value cannot be used. */
export function readConfig(input: { readonly environment: NodeJS.ProcessEnv; readonly root: string }): LauncherConfig {
  const { environment, root } = input;
  const port = portOf('ALMANAC_PORT', environment['ALMANAC_PORT'] ?? '7400');
  const first = portOf('ALMANAC_SITE_PORT', environment['ALMANAC_SITE_PORT'] ?? '7410');
  return {
    root,
    data: resolve(root, environment['ALMANAC_DATA'] ?? '.almanac'),
    host: environment['ALMANAC_HOST'] ?? '127.0.0.1',
    port,
    sitePorts: [first, first + 1, first + 2],
  };
}

function portOf(key: string, text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_533)
    throw new Error(`${key} must be a port from 1 to 65533, not "${text}"`);
  return port;
}
