import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Secret } from '@almanac/host';
import { gatewayCertificate } from '@almanac/protocol/gateway';
import { z } from 'zod';
import { type DataPlane, dataPlanes } from './traffic/data-plane.ts';

/** Below it, an artifact of usual size would take weeks. */
const leastBandwidth = 1024;

const port = z.int().min(1).max(65535);
const site = z.object({
  directory: z.string(),
  frontPort: port,
  token: z
    .string()
    .transform((text) => new Secret(text))
    .optional(),
  /** The same as on the front port, over TLS. */
  tls: z.object({ port, certificates: z.array(gatewayCertificate).min(1) }).optional(),
  /** Bytes a second that the site may fetch of artifacts. */
  bandwidth: z.int().min(leastBandwidth).optional(),
  /** Where the console of the site answers, on loopback; any free port where it says 0. */
  localPort: z.int().min(0).max(65535).default(0),
});
const file = z.object({ server: z.url(), sharedDirectory: z.string(), sites: z.array(site).min(1) });

/** What this agent runs: one site or several, with one server. */
export type AgentConfig = z.output<typeof file>;

export interface AgentCommand {
  readonly action: 'run' | 'stop-all' | 'backups' | 'restore-databases';
  readonly config: AgentConfig;
  /** Whose databases go back to which backup. */
  readonly application?: string;
  readonly backup?: string;
}

const help = `Usage: almanac agent run --server URL [--token TOKEN] [--data DIR] [--front-port PORT]
                         [--bandwidth BYTES] [--local-port PORT]
       almanac agent run --config FILE
       almanac agent stop-all (--config FILE | --server URL [--data DIR])
       almanac agent backups (--config FILE | --server URL [--data DIR])
       almanac agent restore-databases APPLICATION BACKUP (--config FILE | --server URL [--data DIR])
       almanac agent local --help

run       runs the agent of a site on this machine, until it is told to stop; applications run on
stop-all  ends the applications of the site, its gateway and its databases
backups   lists the backups that were taken before migrations of databases
local     asks the agent on this machine what runs, and pauses or rolls back, also without its server
restore-databases  lets the databases of an application be those of a backup, while the agent is stopped

Options:
  --server URL       the server that the site belongs to
  --token TOKEN      the one-time token of "almanac site add"; needed at the first start only
  --data DIR         where everything of the site is kept (almanac-site)
  --front-port PORT  where its applications answer, by host name (7420)
  --bandwidth BYTES  so many bytes a second are fetched of artifacts at most: 500k, 2M (no limit)
  --local-port PORT  where the site's own console answers on this machine (any free port)
  --config FILE      several sites of one machine, as JSON

Examples:
  almanac agent run --server https://almanac.example.com --token st_…
  almanac agent run --server https://almanac.example.com --data /var/lib/almanac-site`;

/** The command line does not say what to do; the message is for whoever typed it. */
export class UsageError extends Error {
  constructor(complaint: string) {
    super(`${complaint}\n(almanac agent --help says what it takes)`);
    this.name = 'UsageError';
  }
}

const actions = ['run', 'stop-all', 'backups', 'restore-databases'] as const;
const usualBackups = 5;

/**
 * How many backups of databases are kept, from `ALMANAC_DATABASE_BACKUPS`; 0 takes none.
 *
 * @throws {UsageError} when it is no such number
 */
export function readBackupsKept(environment: NodeJS.ProcessEnv): number {
  const kept = Number(environment['ALMANAC_DATABASE_BACKUPS'] ?? usualBackups);
  if (!Number.isInteger(kept) || kept < 0 || kept > 1000)
    throw new UsageError(`ALMANAC_DATABASE_BACKUPS must be a number from 0 to 1000, not ${kept}`);
  return kept;
}

/** The sites in a configuration of several. */
export function readSites(text: string): AgentConfig['sites'] {
  return file.parse(JSON.parse(text)).sites;
}

/**
 * What passes requests on at the sites of this agent, from `ALMANAC_GATEWAY`.
 *
 * @throws {UsageError} when there is no such data plane
 */
export function readDataPlane(environment: NodeJS.ProcessEnv): DataPlane {
  const asked = environment['ALMANAC_GATEWAY'] ?? 'almanac';
  const known = dataPlanes.find((each) => each === asked);
  if (known === undefined) throw new UsageError(`ALMANAC_GATEWAY is ${dataPlanes.join(' or ')}, not ${asked}`);
  return known;
}

/** Reads the command line; gives the help where it was asked for. */
export function readCommand(
  argv: readonly string[],
): AgentCommand | { readonly action: 'help'; readonly text: string } {
  const { values, positionals } = parse(argv);
  const [action, application, backup] = positionals;
  if (values.help === true || action === undefined) return { action: 'help', text: help };
  const known = actions.find((each) => each === action);
  if (known === undefined) throw new UsageError(`there is no "agent ${action}"`);
  if (known === 'restore-databases' && backup === undefined)
    throw new UsageError('say whose databases, and which backup: restore-databases APPLICATION BACKUP');
  const named = { ...(application === undefined ? {} : { application }), ...(backup === undefined ? {} : { backup }) };
  if (values.config !== undefined)
    return { action: known, ...named, config: file.parse(JSON.parse(readFileSync(values.config, 'utf8'))) };
  if (values.server === undefined) throw new UsageError('say which server: --server URL');
  if (!URL.canParse(values.server)) throw new UsageError(`${values.server} is not a URL`);
  const frontPort = Number(values['front-port'] ?? 7420);
  if (!Number.isInteger(frontPort) || frontPort < 1 || frontPort > 65_535)
    throw new UsageError(`${values['front-port']} is not a port`);
  const data = resolve(values.data ?? 'almanac-site');
  const bandwidth = values.bandwidth === undefined ? {} : { bandwidth: readBandwidth(values.bandwidth) };
  const localPort = Number(values['local-port'] ?? 0);
  if (!Number.isInteger(localPort) || localPort < 0 || localPort > 65_535)
    throw new UsageError(`${values['local-port']} is not a port`);
  const own = { directory: `${data}/site`, frontPort, localPort, ...bandwidth };
  return {
    action: known,
    ...named,
    config: {
      server: values.server,
      sharedDirectory: `${data}/shared`,
      sites: [values.token === undefined ? own : { ...own, token: new Secret(values.token) }],
    },
  };
}

/** Bytes a second as people write them: `500k`, `2M`. */
function readBandwidth(text: string): number {
  const [, number = '', unit = ''] = /^(\d{1,9})([kM]?)$/.exec(text) ?? [];
  const bytes = Number(number) * { '': 1, k: 1000, M: 1_000_000 }[unit as '' | 'k' | 'M'];
  if (number === '' || bytes < leastBandwidth)
    throw new UsageError(`--bandwidth takes bytes a second, ${leastBandwidth} or more, as in 500k or 2M; not ${text}`);
  return bytes;
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        config: { type: 'string' },
        server: { type: 'string' },
        token: { type: 'string' },
        data: { type: 'string' },
        'front-port': { type: 'string' },
        bandwidth: { type: 'string' },
        'local-port': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? (error.message.split('. ')[0] ?? error.message) : String(error));
  }
}
