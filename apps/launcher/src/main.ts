import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { HostFault } from '@almanac/host';
import { escapeControls } from '@almanac/protocol';
import { readConfig } from './config.ts';
import { launch } from './launch.ts';

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

/** A second signal after so long ends the launcher at once; the next start adopts or stops what is left. */
const impatientMs = 2000;

try {
  const running = await launch(readConfig({ environment: process.env, root }));
  let askedAt: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // A terminal and npm may both pass the same Ctrl-C on: only a later one means that somebody cannot wait.
      if (askedAt !== undefined && performance.now() - askedAt > impatientMs) process.exit(130);
      if (askedAt !== undefined) return;
      askedAt = performance.now();
      void running.stop().then((atRest) => process.exit(atRest ? 0 : 1));
    });
  }
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  console.error(`almanac: ${escapeControls(message)}`);
  if (!(error instanceof Error) || (!(error instanceof HostFault) && process.env['ALMANAC_DEBUG'] !== undefined))
    console.error(escapeControls(inspect(error)));
  process.exit(1);
}
