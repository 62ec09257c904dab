import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ServerForTests } from './server-for-tests.ts';

export interface SecondServer {
  readonly url: string;
  readonly setupUrl: string | undefined;
  readonly stop: () => Promise<void>;
}

/** Another server, as a process of its own, on the database and with the keys of the first one. */
export async function startSecondServer(
  { directory, databaseUrl }: Pick<ServerForTests, 'directory' | 'databaseUrl'>,
  environment: Readonly<Record<string, string>> = {},
): Promise<SecondServer> {
  const data = join(directory, 'second');
  await cp(join(directory, 'data', 'keys'), join(data, 'keys'), { recursive: true });
  const child = spawn(process.execPath, [fileURLToPath(new URL('./main.ts', import.meta.url))], {
    env: {
      PATH: process.env['PATH'] ?? '',
      ALMANAC_PORT: '0',
      ALMANAC_LOG_LEVEL: 'error',
      ALMANAC_DATA: data,
      DATABASE_URL: databaseUrl,
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const [line] = await once(createInterface(child.stdout), 'line');
  const told = JSON.parse(String(line));
  if (told.ready !== true) throw new Error(`the second server did not start: ${told.refused}`);
  return {
    url: told.url,
    setupUrl: told.setupUrl,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
