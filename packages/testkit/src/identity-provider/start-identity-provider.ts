import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { AttackName } from './attacks.ts';

/** Claims of a person; somebody disabled is not known any more. */
export interface ProviderAccount {
  readonly name?: string;
  readonly preferred_username?: string;
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly groups?: readonly string[];
  readonly disabled?: boolean;
  /** How they sign in there, as ID tokens say it. */
  readonly signsInBy?: { readonly amr?: readonly string[]; readonly acr?: string };
  /** What is said of it beside ID tokens, where nobody should look. */
  readonly amr?: readonly string[];
}

export interface ProviderOptions {
  readonly secret: string;
  readonly redirectUris: readonly string[];
  /** Where it says that somebody signed out. */
  readonly logoutUri?: string;
  /** By the key of the person. */
  readonly accounts: Readonly<Record<string, ProviderAccount>>;
  /** Given unless said otherwise. */
  readonly refreshTokens?: boolean;
  readonly port?: number;
}

export interface ProviderCommand {
  readonly accounts?: Readonly<Record<string, ProviderAccount>>;
  /** What is answered instead of the truth; null ends it. */
  readonly attack?: AttackName | 'other-person' | null;
  /** Whether it answers nobody. */
  readonly silent?: boolean;
  /** Makes a token of any content. */
  readonly sign?: {
    readonly claims: Readonly<Record<string, unknown>>;
    readonly header?: Readonly<Record<string, unknown>>;
    readonly byStranger?: boolean;
  };
}

export interface ProviderState {
  /** What was to be signed. */
  readonly signed?: string;
  /** How often somebody asked while it answered nobody. */
  readonly sentAway: number;
}

export interface IdentityProviderProcess {
  readonly issuer: string;
  readonly command: (command: ProviderCommand) => Promise<ProviderState>;
  readonly stop: () => Promise<void>;
}

/** Starts the npm `oidc-provider` in a process of its own, with a client `almanac`. */
export async function startIdentityProvider(options: ProviderOptions): Promise<IdentityProviderProcess> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'provider-process.ts'), JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const complaints: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk.toString('utf8')));
  const issuer = await new Promise<string>((resolve, reject) => {
    void ended.then(() => reject(new Error(`the provider of identities ended:\n${complaints.join('')}`)));
    createInterface({ input: child.stdout }).once('line', (line) =>
      resolve((JSON.parse(line) as { readonly issuer: string }).issuer),
    );
  });
  return {
    issuer,
    command: async (command) => {
      const answer = await fetch(`${issuer}/control`, { method: 'POST', body: JSON.stringify(command) });
      return (await answer.json()) as ProviderState;
    },
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
