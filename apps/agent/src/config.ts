import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';

const site = z.object({ directory: z.string(), frontPort: z.int().min(1).max(65535), token: z.string().optional() });
const file = z.object({ server: z.url(), sharedDirectory: z.string(), sites: z.array(site).min(1) });

/** What this agent runs: one site or several, with one server. */
export type AgentConfig = z.output<typeof file>;

export interface AgentCommand {
  readonly action: 'run' | 'stop-all';
  readonly config: AgentConfig;
}

const usage = `almanac agent run --server URL [--token TOKEN] [--data DIR] [--front-port PORT]
almanac agent run --config FILE
almanac agent stop-all (--config FILE | --server URL [--data DIR])`;

/** Reads the command line; throws with the usage when it is not one of ours. */
export function readCommand(argv: readonly string[]): AgentCommand {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      config: { type: 'string' },
      server: { type: 'string' },
      token: { type: 'string' },
      data: { type: 'string' },
      'front-port': { type: 'string' },
    },
  });
  const [action] = positionals;
  if (action !== 'run' && action !== 'stop-all') throw new Error(`usage:\n${usage}`);
  if (values.config !== undefined)
    return { action, config: file.parse(JSON.parse(readFileSync(values.config, 'utf8'))) };
  if (values.server === undefined) throw new Error(`say which server: --server URL\n${usage}`);
  const data = resolve(values.data ?? 'almanac-site');
  const parsed = file.safeParse({
    server: values.server,
    sharedDirectory: `${data}/shared`,
    sites: [
      {
        directory: `${data}/site`,
        frontPort: Number(values['front-port'] ?? 7420),
        ...(values.token === undefined ? {} : { token: values.token }),
      },
    ],
  });
  if (!parsed.success)
    throw new Error(`${parsed.error.issues[0]?.path.join('.')}: ${parsed.error.issues[0]?.message}\n${usage}`);
  return { action, config: parsed.data };
}
