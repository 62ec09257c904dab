import type { ControlGroups, Reach } from '@almanac/host';
import type { SiteReport } from '@almanac/protocol';
import type { Logger } from 'pino';
import type { Releases } from '../artifacts/releases.ts';
import type { DatabaseGuard } from '../connections/database-guard.ts';
import type { SitePostgres } from '../connections/site-postgres.ts';
import type { SiteFiles } from '../files/site-files.ts';
import type { SiteIdentity } from '../identity/site-identity.ts';
import type { Journal } from '../journal/journal.ts';
import type { ProcessRuntime } from '../runtimes/process-runtime.ts';
import type { GatewayClient } from '../traffic/gateway-client.ts';
import type { FrontTls } from '../traffic/gateway-config.ts';
import type { DesiredStore } from '../transport/desired-store.ts';

/** All that one site works with. */
export interface SiteContext {
  /** The agent's own; nothing that an application may read. */
  readonly directory: string;
  readonly frontPort: number;
  /** Where the same is answered over TLS; undefined where it is not. */
  readonly tls: FrontTls | undefined;
  readonly identity: SiteIdentity;
  readonly desired: DesiredStore;
  readonly journal: Journal;
  readonly files: SiteFiles;
  readonly releases: Releases;
  readonly databases: SitePostgres;
  readonly guard: DatabaseGuard;
  readonly runtime: ProcessRuntime;
  /** Where the kernel keeps limits; undefined where it keeps none. */
  readonly groups: ControlGroups | undefined;
  readonly gateway: GatewayClient;
  /** Where metrics that others serve may be read. */
  readonly reach: Reach;
  /** What people should know of this machine. */
  readonly notices: readonly string[];
  readonly capabilities: SiteReport['capabilities'];
  readonly log: Logger;
}
