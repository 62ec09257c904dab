import { HostFault, lockDirectory } from '@almanac/host';
import { startServer } from './composition.ts';
import { readConfig } from './config.ts';

/** Answers to whoever started this process go to standard output, one JSON object a line; the log goes to the other. */
const answer = (document: unknown) => process.stdout.write(`${JSON.stringify(document)}\n`);

try {
  const config = readConfig(process.env);
  const lock = await lockDirectory(config.data, 'server.lock');
  const server = await startServer(config);
  answer({ ready: true, url: server.url, ...(server.setupUrl === undefined ? {} : { setupUrl: server.setupUrl }) });
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      void server
        .stop()
        .then(lock.release)
        .then(() => process.exit(0));
    });
  }
} catch (error) {
  answer({ refused: sentenceOf(error) });
  if (!(error instanceof HostFault)) console.error(error);
  process.exit(1);
}

function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return 'the port is taken by another program; choose another one with ALMANAC_PORT';
  if (code === 'ENOSPC') return 'the disk is full; free some space and start again';
  return error.message;
}
