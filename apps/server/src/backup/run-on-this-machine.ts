import { resolve } from 'node:path';
import { inspect, type ParseArgsConfig, parseArgs } from 'node:util';
import { HostFault } from '@almanac/host';
import { escapeControls } from '@almanac/protocol';
import { readDatabaseUrl } from '../config.ts';
import type { Installation } from './open-for-maintenance.ts';

type Options = NonNullable<ParseArgsConfig['options']>;
type Parsed<Own extends Options> = ReturnType<typeof parseArgs<{ options: Own & Common; allowPositionals: true }>>;

const common = {
  data: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies Options;
type Common = typeof common;

/** A command line that cannot be understood. */
export class UsageError extends Error {}

/**
 * Runs a command that is about the installation on this machine, with `--data`, `--json` and `--help` beside its own options,
 * and sets the exit status: 2 for what cannot be understood, 1 for what cannot be done, 70 for a defect of ours, which shows
 * where it is.
 */
export async function runOnThisMachine<const Own extends Options>(command: {
  /** As people call it: `almanac keys`. */
  readonly name: string;
  readonly help: string;
  readonly options: Own;
  readonly run: (given: Parsed<Own> & { readonly installation: Installation }) => Promise<void>;
}): Promise<void> {
  try {
    const { values, positionals } = parse({ ...common, ...command.options });
    const { help, data } = values as { readonly help?: boolean; readonly data?: string };
    if (help === true) return console.log(escapeControls(command.help));
    const installation = {
      data: resolve(data ?? process.env['ALMANAC_DATA'] ?? '.almanac'),
      databaseUrl: readDatabaseUrl(process.env),
    };
    await command.run({ values, positionals, installation } as unknown as Parsed<Own> & {
      readonly installation: Installation;
    });
  } catch (error) {
    process.exitCode = explain(error, command.name);
  }
}

function explain(error: unknown, name: string): number {
  if (error instanceof UsageError) {
    console.error(escapeControls(`${error.message}\n(${name} --help says what it takes)`));
    return 2;
  }
  // Errors of the system and of PostgreSQL have a code: a folder that cannot be written, an address without a server.
  const isKnown = error instanceof HostFault || (error instanceof Error && 'code' in error);
  const told = isKnown && error instanceof Error ? `almanac: ${error.message || String(error)}` : inspect(error);
  console.error(escapeControls(told));
  return isKnown ? 1 : 70;
}

function parse(options: Options) {
  try {
    return parseArgs({ args: process.argv.slice(2), allowPositionals: true, options });
  } catch (error) {
    throw new UsageError(error instanceof Error ? (error.message.split('. ')[0] ?? error.message) : String(error));
  }
}
