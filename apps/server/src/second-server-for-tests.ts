import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerForTests } from './server-for-tests.ts';
import { startServerProcess } from './server-process-for-tests.ts';

export interface SecondServer {
  readonly url: string;
  readonly setupUrl: string | undefined;
  readonly stop: () => Promise<void>;
  /** Ends it in the middle of whatever it does. */
  readonly kill: () => Promise<void>;
}

/** Another server, as a process of its own, on the database and with the keys of the first one. */
export async function startSecondServer(
  { directory, databaseUrl }: Pick<ServerForTests, 'directory' | 'databaseUrl'>,
  environment: Readonly<Record<string, string>> = {},
): Promise<SecondServer> {
  const data = join(directory, 'second');
  await cp(join(directory, 'data', 'keys'), join(data, 'keys'), { recursive: true });
  const server = startServerProcess({ ALMANAC_DATA: data, DATABASE_URL: databaseUrl, ...environment });
  const { url, setupUrl, refused } = await server.told;
  if (url === undefined) throw new Error(`the second server did not start: ${refused} ${server.complaints.join('')}`);
  return {
    url,
    setupUrl,
    stop: async () => {
      await server.end('SIGTERM');
    },
    kill: async () => {
      await server.end('SIGKILL');
    },
  };
}
