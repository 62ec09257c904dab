import { createHash } from 'node:crypto';

const key = 'dGhlIHNhbXBsZSBub25jZQ==';

/** What a client sends to open a WebSocket (RFC 6455, section 4.1). */
export const openingHeaders = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': key,
} as const;

/** The same as lines of a request. */
export const openingLines = Object.entries(openingHeaders)
  .map(([name, value]) => `${name}: ${value}\r\n`)
  .join('');

/** What a server answers to open it (section 4.2.2). */
export function acceptance(of: string | undefined = key): string {
  const accept = createHash('sha1').update(`${of}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  return `HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-accept: ${accept}\r\n\r\n`;
}
