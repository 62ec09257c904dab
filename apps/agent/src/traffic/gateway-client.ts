import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isAlive, privateDirectory, processIdentity, spawnDetached, stopGroup } from '@almanac/host';
import {
  type GatewayConfigInput,
  type GatewayStats,
  gatewayControl,
  gatewayHealth,
  gatewayStats,
} from '@almanac/protocol';
import type { JournalState } from '../journal/journal.ts';

/** A site's gateway: a process of its own that is started when it is missing and left running otherwise. */
export interface GatewayClient {
  /** Makes sure that it runs; false while it does not answer yet. */
  readonly ensure: () => Promise<boolean>;
  readonly apply: (config: GatewayConfigInput) => Promise<void>;
  readonly stats: () => Promise<GatewayStats | undefined>;
  readonly stop: () => Promise<void>;
}

const patienceMs = 5000;
/** A gateway that lives and says nothing for so long hangs: nobody is served by it, and it is replaced. */
const silentMs = 15_000;

export function createGatewayClient(input: {
  readonly directory: string;
  readonly journal: JournalState['gateway'];
}): GatewayClient {
  const control = join(privateDirectory(`${input.directory}/gateway`), 'gateway.sock');
  const call = (method: string, path: string, body?: unknown) => callControl({ control, method, path, body });
  let silentSince: number | undefined;
  const alive = () => input.journal.identity !== null && isAlive(input.journal.identity);
  /** Whether it answers; an agent that was killed right after the start did not note whom it started. */
  const adopt = async (): Promise<boolean> => {
    const answer = await call('GET', gatewayControl.health).catch(() => undefined);
    if (answer === undefined) return false;
    if (!alive()) input.journal.identity = processIdentity(gatewayHealth.parse(JSON.parse(answer.text)).pid) ?? null;
    return true;
  };
  return {
    ensure: async () => {
      if (await adopt()) {
        silentSince = undefined;
        return true;
      }
      if (alive()) {
        silentSince ??= performance.now();
        if (performance.now() - silentSince < silentMs) return false;
      }
      silentSince = undefined;
      if (input.journal.identity !== null) await stopGroup(input.journal.identity, { graceMs: 0 });
      await mkdir(join(input.directory, 'logs'), { recursive: true, mode: 0o700 });
      input.journal.identity = await spawnDetached({
        command: process.execPath,
        args: [
          '--disable-warning=ExperimentalWarning',
          gatewayProgram(),
          '--control',
          control,
          '--state',
          join(input.directory, 'gateway.json'),
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
      if (input.journal.identity !== null) await stopGroup(input.journal.identity, { graceMs: 35_000 });
      input.journal.identity = null;
    },
  };
}

/** Beside the bundle, or in the repository. */
function gatewayProgram(): string {
  const places = ['./almanac-gateway.mjs', '../../../gateway/src/main.ts'].map((place) =>
    fileURLToPath(new URL(place, import.meta.url)),
  );
  const found = places.find((place) => existsSync(place));
  if (found === undefined) throw new Error('the gateway is not installed beside the agent');
  return found;
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
}): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { socketPath: input.control, method: input.method, path: input.path, timeout: patienceMs, agent: false },
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
