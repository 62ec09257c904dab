import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import type { Duplex } from 'node:stream';

export interface SocketsResult {
  /** Messages that came back. */
  readonly messages: number;
  /** Goodbyes of versions that left, after each of which the client connected again. */
  readonly goodbyes: number;
  readonly errors: Readonly<Record<string, number>>;
}

const everyMs = 50;

/** WebSockets (RFC 6455) on which a message goes out now and then and has to come back, until they are told goodbye. */
export function startSockets(input: { readonly port: number; readonly host: string; readonly count: number }): {
  readonly stop: () => Promise<SocketsResult>;
} {
  const errors = new Map<string, number>();
  const counts = { messages: 0, goodbyes: 0 };
  const open = new Set<Duplex>();
  let stopped = false;
  const fail = (why: string) => void errors.set(why, (errors.get(why) ?? 0) + 1);
  const client = async () => {
    while (!stopped) {
      const socket = await connect(input).catch((error: Error) => error);
      if (socket instanceof Error) {
        fail(`not connected: ${socket.message}`);
        continue;
      }
      // Whoever was still connecting when all were told to stop is in no list that could end it.
      if (stopped) {
        socket.destroy();
        break;
      }
      open.add(socket);
      const ended = await talk(socket, () => {
        counts.messages += 1;
      });
      open.delete(socket);
      if (ended === 'goodbye') counts.goodbyes += 1;
      else if (!stopped) fail(ended);
    }
  };
  const all = Array.from({ length: input.count }, client);
  return {
    stop: async () => {
      stopped = true;
      for (const socket of open) socket.destroy();
      await Promise.all(all);
      return { ...counts, errors: Object.fromEntries(errors) };
    },
  };
}

function connect({ port, host }: { readonly port: number; readonly host: string }): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const asked = request({
      host: '127.0.0.1',
      port,
      path: '/',
      headers: {
        host,
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': randomBytes(16).toString('base64'),
      },
    });
    asked.on('upgrade', (_response, socket) => resolve(socket));
    asked.on('response', (response) => reject(new Error(`status ${response.statusCode}`)));
    asked.on('error', reject);
    asked.end();
  });
}

/** Sends and hears messages until the connection ends; says how it did. */
function talk(socket: Duplex, onMessage: () => void): Promise<'goodbye' | 'cut without goodbye' | 'another message'> {
  return new Promise((resolve) => {
    let said = '';
    let heard = Buffer.alloc(0);
    let goodbye = false;
    const say = () => {
      said = randomBytes(8).toString('hex');
      socket.write(textFrame(said));
    };
    const timer = setInterval(() => {
      if (said === '') say();
    }, everyMs);
    socket.on('data', (chunk: Buffer) => {
      heard = Buffer.concat([heard, chunk]);
      while (heard.length >= 2 && heard.length >= 2 + ((heard[1] ?? 0) & 127)) {
        const length = (heard[1] ?? 0) & 127;
        const content = heard.subarray(2, 2 + length).toString();
        const closes = ((heard[0] ?? 0) & 15) === 8;
        heard = heard.subarray(2 + length);
        if (closes) {
          goodbye = true;
          socket.end();
        } else if (content === said) {
          onMessage();
          said = '';
        } else {
          clearInterval(timer);
          socket.destroy();
          resolve('another message');
        }
      }
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      clearInterval(timer);
      resolve(goodbye ? 'goodbye' : 'cut without goodbye');
    });
  });
}

/** A text frame of a client: masked, and shorter than 126 bytes (RFC 6455, section 5.2). */
function textFrame(text: string): Buffer {
  const mask = randomBytes(4);
  const content = Buffer.from(text).map((byte, at) => byte ^ (mask[at % 4] ?? 0));
  return Buffer.concat([Buffer.from([0x81, 0x80 | content.length]), mask, content]);
}
