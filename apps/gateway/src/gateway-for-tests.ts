import { pino } from 'pino';
import { createGateway, type Gateway } from './gateway.ts';

export function aGateway(): Gateway {
  return createGateway(pino({ level: 'silent' }));
}
