import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { serveControl } from './control.ts';
import { createGateway } from './gateway.ts';
import { readLastConfig, writeLastConfig } from './last-config.ts';

const log = pino({ base: { part: 'gateway' }, timestamp: pino.stdTimeFunctions.isoTime });
const graceMs = 30_000;

try {
  const { values } = parseArgs({ options: { control: { type: 'string' }, state: { type: 'string' } } });
  if (values.control === undefined || values.state === undefined)
    throw new Error('give --control <socket> and --state <file>');
  const { control: path, state } = values;
  const gateway = createGateway(log);
  const last = readLastConfig(state);
  const control = await serveControl({ path, gateway, onApplied: (config) => writeLastConfig(state, config) });
  if (last !== undefined) gateway.apply(last);
  log.info({ revision: last?.revision ?? 0 }, 'gateway ready');
  process.on('uncaughtException', (error) => log.error({ err: error }, 'a defect; the gateway goes on'));
  let stopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      control.close();
      control.closeAllConnections();
      void gateway.close(graceMs).then(() => process.exit(0));
    });
  }
} catch (error) {
  log.fatal({ reason: error instanceof Error ? error.message : String(error) }, 'the gateway cannot run');
  process.exitCode = 1;
}
