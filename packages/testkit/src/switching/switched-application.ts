import type { Repository } from '../repository.ts';

/** How a version takes the place of another, as the manifest says it. */
export const switchStrategies = {
  rolling: '{ strategy: rolling, maxSurge: 1 }',
  recreate: '{ strategy: recreate }',
  'blue-green': '{ strategy: blue-green, keepOld: 0 }',
  canary: '{ strategy: canary, keepOld: 0, steps: [{ weight: 20 }, { pause: until-resumed }, { weight: 60 }] }',
} as const;
export type SwitchStrategy = keyof typeof switchStrategies;

/**
 * What real applications do, in one: it answers with its turn, takes orders once each and tells the ledger of them, is
 * slow when it is asked to, holds WebSockets, and when it is told to end it ends its requests and says goodbye to sockets.
 */
const server = `import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
const turn = readFileSync('turn.txt', 'utf8');
const ledger = connect(Number(readFileSync('ledger.txt', 'utf8')), '127.0.0.1');
const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    const wait = Number(new URL(request.url, 'http://site').searchParams.get('wait') ?? 0);
    const answer = () => response.writeHead(200, { 'x-turn': turn }).end('ok');
    if (request.method === 'POST') ledger.write(request.headers['x-order'] + '\\n', answer);
    else if (wait > 0) setTimeout(answer, wait);
    else answer();
  });
});
const sockets = new Set();
server.on('upgrade', (request, socket) => {
  const accept = createHash('sha1').update(request.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest('base64');
  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nconnection: Upgrade\\r\\nupgrade: websocket\\r\\nsec-websocket-accept: ' + accept + '\\r\\n\\r\\n');
  sockets.add(socket);
  socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
  let bytes = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    bytes = Buffer.concat([bytes, chunk]);
    while (bytes.length >= 6 && bytes.length >= 6 + (bytes[1] & 127)) {
      const length = bytes[1] & 127;
      const [kind, mask, content] = [bytes[0] & 15, bytes.subarray(2, 6), bytes.subarray(6, 6 + length)];
      bytes = bytes.subarray(6 + length);
      if (kind === 8) socket.end(Buffer.from([0x88, 0]));
      else socket.write(Buffer.from([0x81, length, ...content.map((byte, at) => byte ^ mask[at % 4])]));
    }
  });
});
const end = () => {
  for (const socket of sockets) socket.end(Buffer.from([0x88, 2, 0x03, 0xe9]));
  server.close(() => ledger.end(() => process.exit(0)));
};
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, end);
server.listen(Number(process.env.PORT), '127.0.0.1');
`;

/** Commits a turn of the application. */
export function commitTurn(
  repository: Repository,
  input: {
    readonly turn: number;
    readonly strategy: SwitchStrategy;
    readonly ledger: number;
    readonly instances: number;
  },
): Promise<string> {
  return repository.commit(`feat: turn ${input.turn}`, {
    'package.json': '{ "type": "module" }',
    'server.js': server,
    'turn.txt': String(input.turn),
    'ledger.txt': String(input.ledger),
    'almanac.yaml': `application: switched
modules:
  web: { start: node server.js, health: /, scale: { min: ${input.instances} } }
rollout: ${switchStrategies[input.strategy]}
`,
  });
}
