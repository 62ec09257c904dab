import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { LauncherConfig } from './config.ts';
import { keepRunning, type Part } from './part.ts';
import type { PartRecords } from './part-records.ts';

export interface StartedServer {
  readonly part: Part;
  readonly url: string;
  /** Where the first administrator is made; undefined once there is one. */
  readonly setupUrl: string | undefined;
  readonly launcherTokenFile: string;
  readonly builderTokenFile: string;
}

/** What the server prints on standard output, one JSON object a line. */
const serverLine = z.union([
  z.object({ ready: z.literal(true), url: z.string(), setupUrl: z.string().optional() }),
  z.object({ refused: z.string() }),
]);

const patienceMs = 120_000;

/** Starts the server and waits until it serves; throws the server's own sentence when it refuses to start. */
export async function startServer(input: {
  readonly config: LauncherConfig;
  readonly consoleDirectory: string;
  readonly logFile: string;
  readonly records: PartRecords;
  readonly log: Logger;
}): Promise<StartedServer> {
  const { config } = input;
  const tokens = join(config.data, 'tokens');
  // Every start has tokens of its own; a server that is started again within it keeps them.
  await rm(tokens, { recursive: true, force: true });
  const {
    promise: ready,
    resolve,
    reject,
  } = Promise.withResolvers<{ readonly url: string; readonly setupUrl?: string | undefined }>();
  const timer = setTimeout(
    () => reject(new Error(`the server is not ready after ${patienceMs / 1000} seconds; ${input.logFile} says why`)),
    patienceMs,
  );
  const part = keepRunning({
    records: input.records,
    log: input.log,
    definition: {
      name: 'server',
      isTrusted: true,
      script: join(config.root, 'apps', 'server', 'src', 'main.ts'),
      environment: {
        ALMANAC_PORT: String(config.port),
        ALMANAC_HOST: config.host,
        ALMANAC_DATA: config.data,
        ALMANAC_CONSOLE_DIR: input.consoleDirectory,
        ALMANAC_BOOTSTRAP_TOKENS: tokens,
      },
      logFile: input.logFile,
      onLine: (line) => {
        const parsed = serverLine.safeParse(parse(line));
        if (!parsed.success) return;
        if ('refused' in parsed.data) reject(new Error(parsed.data.refused));
        else resolve(parsed.data);
      },
    },
  });
  try {
    const { url, setupUrl } = await ready;
    return {
      part,
      url,
      setupUrl,
      launcherTokenFile: join(tokens, 'launcher'),
      builderTokenFile: join(tokens, 'builder'),
    };
  } catch (error) {
    await part.stop(10_000);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
