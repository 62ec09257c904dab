import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { Secret } from '@almanac/host';

export interface BuilderConfig {
  readonly server: string;
  readonly token: Secret;
  /** Passwords of proxies, which git may name. */
  readonly proxyPasswords: readonly Secret[];
  readonly name: string;
  /** Everything that the builder writes stands below it. */
  readonly directory: string;
  readonly concurrency: number;
  /** Seconds that fetching a repository may take, and bytes that its mirror may hold. */
  readonly fetchSeconds: number;
  readonly repositoryBytes: number;
}

/** Reads the builder's configuration from the environment; throws with one sentence when something is missing. */
export function readConfig(environment: NodeJS.ProcessEnv): BuilderConfig {
  const required = (key: string): string => {
    const value = environment[key];
    if (value === undefined || value === '') throw new Error(`${key} is not set; it is needed to start a builder`);
    return value;
  };
  const number = (key: string, fallback: number): number => {
    const value = Number(environment[key] ?? fallback);
    if (!Number.isFinite(value) || value <= 0) throw new Error(`${key} must be a number above 0`);
    return value;
  };
  return {
    server: required('ALMANAC_SERVER'),
    token: new Secret(readFileSync(required('ALMANAC_BUILDER_TOKEN_FILE'), 'utf8').trim()),
    proxyPasswords: ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY'].flatMap((name) => {
      const password = URL.parse(environment[name] ?? '')?.password ?? '';
      return password === '' ? [] : [new Secret(password)];
    }),
    name: environment['ALMANAC_BUILDER_NAME'] ?? `${hostname()}-${process.pid}`,
    directory: resolve(environment['ALMANAC_DATA'] ?? '.almanac', 'builder'),
    concurrency: number('ALMANAC_BUILDER_CONCURRENCY', 2),
    fetchSeconds: number('ALMANAC_FETCH_SECONDS', 300),
    repositoryBytes: number('ALMANAC_REPOSITORY_BYTES', 2 * 1024 ** 3),
  };
}
