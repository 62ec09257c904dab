import { type Client, createClient } from '@almanac/client';
import { credentialsFile, readLogin } from './credentials.ts';
import type { Terminal } from './output/terminal.ts';

export interface GlobalOptions {
  readonly server?: string;
  readonly token?: string;
  readonly json?: boolean;
}

/** What every command works with. */
export interface Session {
  readonly client: Client;
  readonly server: string;
  readonly terminal: Terminal;
  readonly json: boolean;
  readonly now: () => number;
  readonly environment: NodeJS.ProcessEnv;
  /** Prints a document of the protocol with --json, and what people read otherwise. */
  readonly show: (document: unknown, forPeople: () => readonly string[]) => void;
}

export const defaultServer = 'http://127.0.0.1:7400';

/** Options win over the environment, the environment over the stored sign-in. */
export function openSession(input: {
  readonly options: GlobalOptions;
  readonly terminal: Terminal;
  readonly environment: NodeJS.ProcessEnv;
}): Session {
  const { options, terminal, environment } = input;
  const login = readLogin(credentialsFile(environment));
  const server = (options.server ?? environment['ALMANAC_SERVER'] ?? login?.server ?? defaultServer).replace(/\/$/, '');
  const stored = login?.server === server ? login.token : undefined;
  const token = options.token ?? environment['ALMANAC_TOKEN'] ?? stored;
  const json = options.json === true;
  return {
    client: createClient(token === undefined ? { baseUrl: server } : { baseUrl: server, token }),
    server,
    terminal,
    json,
    now: () => Date.now(),
    environment,
    show: (document, forPeople) => {
      if (json) terminal.print(JSON.stringify(document, null, 2));
      else for (const line of forPeople()) terminal.print(line);
    },
  };
}
