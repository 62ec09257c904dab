import type { GatewayBackend, GatewayVersion } from '@almanac/protocol';
import { Pool } from 'undici';

/** Node's servers close idle connections after 5 seconds; ours are given up before they might be closed under us. */
const idleMs = 4000;

/** One instance that requests go to. */
export interface Backend {
  readonly instance: string;
  readonly port: number;
  version: string;
  build: string;
  state: 'active' | 'draining';
  inFlight: number;
  upgraded: number;
  pool: Pool;
}

/** What a configuration asks for: the backend that was there already, or one that begins. */
export function keepOrOpen(
  earlier: Backend | undefined,
  wanted: GatewayBackend & Pick<GatewayVersion, 'build'>,
): Backend {
  if (earlier === undefined || earlier.port !== wanted.port)
    return { ...wanted, inFlight: 0, upgraded: 0, pool: poolOf(wanted.port) };
  if (wanted.state === 'draining') drain(earlier);
  else if (earlier.state === 'draining') earlier.pool = poolOf(earlier.port);
  earlier.version = wanted.version;
  earlier.build = wanted.build;
  earlier.state = wanted.state;
  return earlier;
}

/** One request at a time on a connection: a slow one must not hold up what came behind it. */
function poolOf(port: number): Pool {
  return new Pool(`http://127.0.0.1:${port}`, { connections: null, pipelining: 1, keepAliveTimeout: idleMs });
}

/** Closes the connections that carry nothing now; those in use end with their requests. */
export function drain(backend: Backend): void {
  if (backend.state === 'active') void backend.pool.close();
  backend.state = 'draining';
}
