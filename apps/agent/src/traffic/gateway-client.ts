import { mkdir } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { isAlive, privateDirectory, processIdentity, spawnDetached, stopGroup } from '@almanac/host';
import {
  type GatewayConfigInput,
  type GatewayStats,
  type GatewaySuccessor,
  gatewayControl,
  gatewayHealth,
  gatewayStats,
} from '@almanac/protocol/gateway';
import type { Logger } from 'pino';
import type { JournalState } from '../journal/journal.ts';
import { findGatewayProgram, type GatewayProgram } from './gateway-program.ts';

/**
 * A site's gateway: a process of its own that is started when it is missing and left running otherwise. One that runs
 * another program than ours hands over to ours, and no request is lost.
 */
export interface GatewayClient {
  /** Makes sure that it runs; false while it does not answer yet. */
  readonly ensure: () => Promise<boolean>;
  readonly apply: (config: GatewayConfigInput) => Promise<void>;
  readonly stats: () => Promise<GatewayStats | undefined>;
  readonly stop: () => Promise<void>;
}

const patienceMs = 5000;
/** A program has to start before it can take over. */
const successionMs = 25_000;
/** A gateway that lives and says nothing for so long hangs: nobody is served by it, and it is replaced. */
const silentMs = 15_000;

/** A program that could not take over is tried again after so long. */
const successionEveryMs = 60_000;

export function createGatewayClient(input: {
  readonly directory: string;
  readonly journal: JournalState['gateway'];
  readonly log: Pick<Logger, 'info' | 'warn'>;
  /** What the gateway is; ours unless told otherwise. */
  readonly program?: GatewayProgram;
}): GatewayClient {
  const { journal, log } = input;
  const program = input.program ?? findGatewayProgram();
  const control = join(privateDirectory(`${input.directory}/gateway`), 'gateway.sock');
  const call = (method: string, path: string, body?: unknown, timeoutMs = patienceMs) =>
    callControl({ control, method, path, body, timeoutMs });
  let silentSince: number | undefined;
  let nextSuccession = 0;
  const alive = () => journal.identity !== null && isAlive(journal.identity);
  /** What it says of itself; an agent that was killed right after the start did not note whom it started. */
  const adopt = async () => {
    const answer = await call('GET', gatewayControl.health).catch(() => undefined);
    if (answer === undefined) return undefined;
    const health = gatewayHealth.parse(JSON.parse(answer.text));
    if (journal.identity?.pid !== health.pid || !alive()) journal.identity = processIdentity(health.pid) ?? null;
    return health;
  };
  /** Lets the gateway that runs start ours in its place. */
  const succeed = async () => {
    if (performance.now() < nextSuccession) return;
    nextSuccession = performance.now() + successionEveryMs;
    const wish: GatewaySuccessor = { command: program.command, program: program.id };
    const answer = await call('POST', gatewayControl.successor, wish, successionMs).catch((error: Error) => error);
    if (!(answer instanceof Error) && answer.status === 200)
      log.info({ program: program.id }, 'the gateway was renewed');
    else log.warn({ reason: answer instanceof Error ? answer.message : answer.text }, 'the gateway was not renewed');
    await adopt();
  };
  return {
    ensure: async () => {
      const health = await adopt();
      if (health !== undefined) {
        silentSince = undefined;
        if (health.program !== program.id) await succeed();
        return true;
      }
      if (alive()) {
        silentSince ??= performance.now();
        if (performance.now() - silentSince < silentMs) return false;
      }
      silentSince = undefined;
      if (journal.identity !== null) await stopGroup(journal.identity, { graceMs: 0 });
      await mkdir(join(input.directory, 'logs'), { recursive: true, mode: 0o700 });
      journal.identity = await spawnDetached({
        command: program.command[0] ?? '',
        args: [
          ...program.command.slice(1),
          '--control',
          control,
          '--state',
          join(input.directory, 'gateway.json'),
          '--program',
          program.id,
        ],
        directory: input.directory,
        environment: { PATH: process.env['PATH'] ?? '', NODE_ENV: 'production', ...compileCache() },
        outputFile: join(input.directory, 'logs', 'gateway.log'),
      });
      return false;
    },
    apply: async (config) => {
      const answer = await call('PUT', gatewayControl.config, config);
      if (answer.status !== 200) throw new Error(`the gateway refuses its configuration: ${answer.text}`);
    },
    stats: async () => {
      const answer = await call('GET', gatewayControl.stats).catch(() => undefined);
      return answer === undefined ? undefined : gatewayStats.parse(JSON.parse(answer.text));
    },
    stop: async () => {
      await adopt();
      if (journal.identity !== null) await stopGroup(journal.identity, { graceMs: 35_000 });
      journal.identity = null;
    },
  };
}

function compileCache(): Record<string, string> {
  const directory = process.env['NODE_COMPILE_CACHE'];
  return directory === undefined ? {} : { NODE_COMPILE_CACHE: directory };
}

function callControl(input: {
  readonly control: string;
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly timeoutMs: number;
}): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { socketPath: input.control, method: input.method, path: input.path, timeout: input.timeoutMs, agent: false },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
        response.on('error', reject);
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error('the gateway does not answer')));
    outgoing.on('error', reject);
    outgoing.end(input.body === undefined ? undefined : JSON.stringify(input.body));
  });
}
