import type { GatewayBackend, GatewayVersion } from '@almanac/protocol/gateway';
import { BackendPool } from './backend-pool.ts';

/** One instance that requests go to. */
export interface Backend {
  readonly instance: string;
  readonly port: number;
  version: string;
  build: string;
  state: 'active' | 'draining';
  inFlight: number;
  upgraded: number;
  pool: BackendPool;
}

/** What a configuration asks for: the backend that was there already, or one that begins. */
export function keepOrOpen(
  earlier: Backend | undefined,
  wanted: GatewayBackend & Pick<GatewayVersion, 'build'>,
): Backend {
  if (earlier === undefined || earlier.port !== wanted.port)
    return { ...wanted, inFlight: 0, upgraded: 0, pool: new BackendPool(wanted.port) };
  if (wanted.state === 'draining') drain(earlier);
  else if (earlier.state === 'draining') earlier.pool = new BackendPool(earlier.port);
  earlier.version = wanted.version;
  earlier.build = wanted.build;
  earlier.state = wanted.state;
  return earlier;
}

/** Closes the connections that carry nothing now; those in use end with their requests. */
export function drain(backend: Backend): void {
  if (backend.state === 'active') backend.pool.close();
  backend.state = 'draining';
}
