import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface Measured {
  readonly requestsPerSecond: number;
  /** Milliseconds. */
  readonly p99: number;
}

/** Programs of Debian that a benchmark needs and this machine does not have, with the way to get them. */
export function missingPrograms(names: readonly string[]): readonly string[] {
  return names
    .filter((name) => !['/usr/sbin', '/usr/bin'].some((folder) => existsSync(`${folder}/${name}`)))
    .map((name) => `${name} (apt-get install ${name})`);
}

/** Asks an address again and again over connections that are kept; fails when any answer was not the expected one. */
export async function load(input: {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** API tokens, taken in turn: as many people ask. */
  readonly tokens?: readonly string[];
  readonly connections: number;
  readonly seconds: number;
}): Promise<Measured> {
  const script = input.tokens === undefined ? undefined : await tokenScript(input.tokens);
  const { stdout } = await promisify(execFile)('/usr/bin/wrk', [
    ...(script === undefined ? [] : [`--script=${script}`]),
    `--connections=${input.connections}`,
    '--threads=1',
    `--duration=${input.seconds}s`,
    '--timeout=10s',
    '--latency',
    ...Object.entries(input.headers ?? {}).map(([name, value]) => `--header=${name}: ${value}`),
    input.url,
  ]);
  if (/Non-2xx|Socket errors/.test(stdout)) throw new Error(`requests were lost:\n${stdout}`);
  const rate = /Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1];
  const [, value, unit] = /99%\s+([\d.]+)(us|ms|s)/.exec(stdout) ?? [];
  if (rate === undefined || value === undefined) throw new Error(`wrk said:\n${stdout}`);
  return { requestsPerSecond: Number(rate), p99: Number(value) * (unit === 'us' ? 0.001 : unit === 's' ? 1000 : 1) };
}

async function tokenScript(tokens: readonly string[]): Promise<string> {
  const script = join(await mkdtemp(join(tmpdir(), 'almanac-wrk-')), 'tokens.lua');
  await writeFile(
    script,
    `local tokens = { ${tokens.map((each) => `"${each}"`).join(', ')} }
local turn = 0
request = function()
  turn = turn % #tokens + 1
  return wrk.format(nil, nil, { authorization = "Bearer " .. tokens[turn] })
end
`,
    { mode: 0o600 },
  );
  return script;
}
