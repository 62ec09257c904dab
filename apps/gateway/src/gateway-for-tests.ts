import { pino } from 'pino';
import { createGateway, type Gateway } from './gateway.ts';

/** @param heard is given what the gateway logs, line by line */
export function aGateway(heard?: (line: string) => void): Gateway {
  return createGateway(heard === undefined ? pino({ level: 'silent' }) : pino({ level: 'warn' }, { write: heard }));
}
