import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HostFault } from '@almanac/host';
import { readConfig } from './config.ts';
import { launch } from './launch.ts';

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

try {
  const running = await launch(readConfig({ environment: process.env, root }));
  let asked = 0;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      asked += 1;
      // Whoever asks twice wants out now: the next start adopts or stops what is left.
      if (asked > 1) process.exit(130);
      void running.stop().then(() => process.exit(0));
    });
  }
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  console.error(`almanac: ${message}`);
  if (!(error instanceof Error) || (!(error instanceof HostFault) && process.env['ALMANAC_DEBUG'] !== undefined))
    console.error(error);
  process.exit(1);
}
