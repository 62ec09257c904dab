import { inspect } from 'node:util';
import { HostFault, lockDirectory } from '@almanac/host';
import { escapeControls } from '@almanac/protocol';
import { databaseFault } from '#platform/database';
import { startServer } from './composition.ts';
import { readConfig } from './config.ts';

/** Whatever still hangs so long after a signal ends with the process. */
const stopMs = 15_000;

/** Answers to whoever started this process go to standard output, one JSON object a line; the log goes to the other. */
const answer = (document: unknown) => process.stdout.write(`${escapeControls(JSON.stringify(document))}\n`);

try {
  const config = readConfig(process.env);
  const lock = await lockDirectory(config.data, 'server.lock');
  const server = await startServer(config, () => process.exit(1));
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      setTimeout(() => process.exit(1), stopMs).unref();
      server
        .stop()
        .then(lock.release)
        .then(
          () => process.exit(0),
          (error: unknown) => {
            console.error(escapeControls(inspect(error)));
            process.exit(1);
          },
        );
    });
  }
  // Whoever reads this may send a signal at once.
  answer({ ready: true, url: server.url, ...(server.setupUrl === undefined ? {} : { setupUrl: server.setupUrl }) });
} catch (error) {
  const known = knownSentence(error);
  answer({ refused: known ?? (error instanceof Error ? error.message : String(error)) });
  if (known === undefined) console.error(escapeControls(inspect(error)));
  process.exit(1);
}

/** What a person can do something about, in one sentence; undefined for what is a defect of ours. */
function knownSentence(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof HostFault) return error.message;
  const code = 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return 'the port is taken by another program; choose another one with ALMANAC_PORT';
  if (code === 'EADDRNOTAVAIL') return 'this machine does not have the address in ALMANAC_HOST';
  if (code === 'EACCES') return `this account may not do that: ${error.message}`;
  if (code === 'ENOSPC') return 'the disk is full; free some space and start again';
  return databaseFault(error);
}
