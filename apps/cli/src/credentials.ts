import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

export interface Login {
  readonly server: string;
  readonly token: string;
  readonly name: string;
  readonly tokenId?: string;
}

/** Where the sign-in is kept: only its owner can read it. */
export function credentialsFile(environment: NodeJS.ProcessEnv): string {
  const base = environment['XDG_CONFIG_HOME'] || join(homedir(), '.config');
  return join(base, 'almanac', 'login.json');
}

export function readLogin(file: string): Login | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Login;
  } catch {
    return undefined;
  }
}

export function writeLogin(file: string, login: Login): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify(login, null, 2)}\n`, { mode: 0o600 });
  chmodSync(temporary, 0o600);
  renameSync(temporary, file);
}

export function forgetLogin(file: string): void {
  rmSync(file, { force: true });
}
