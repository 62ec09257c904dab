import { parseArgs } from 'node:util';
import { escapeControls } from '@almanac/protocol/gateway';
import { pino } from 'pino';
import { GatewayProcess } from './gateway-process.ts';

const log = pino({
  base: { part: 'gateway', pid: process.pid },
  timestamp: pino.stdTimeFunctions.isoTime,
  hooks: { streamWrite: escapeControls },
});

try {
  const { values } = parseArgs({
    options: { control: { type: 'string' }, state: { type: 'string' }, program: { type: 'string' } },
  });
  if (values.control === undefined || values.state === undefined)
    throw new Error('give --control <socket> and --state <file>');
  const gateway = await GatewayProcess.start({
    control: values.control,
    state: values.state,
    program: values.program ?? '',
    log,
  });
  process.on('uncaughtException', (error) => log.error({ err: error }, 'a defect; the gateway goes on'));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void gateway.stop());
} catch (error) {
  log.fatal({ reason: error instanceof Error ? error.message : String(error) }, 'the gateway cannot run');
  process.exit(1);
}
