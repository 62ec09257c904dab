import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket, type Server as TcpServer } from 'node:net';

/** A program behind a data plane: a real server on a port of its own. */
export interface Program {
  readonly port: number;
  readonly server: Server;
  readonly close: () => Promise<void>;
}

export async function startProgram(handler: RequestListener): Promise<Program> {
  const server = createServer(handler);
  return { server, ...(await listen(server)) };
}

/** Listens on any port; closing cuts what is connected. */
async function listen(server: TcpServer): Promise<Pick<Program, 'port' | 'close'>> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** What reached a backend, byte by byte: no parser of a library cleans it before somebody looks. */
export interface Recorder extends Pick<Program, 'port' | 'close'> {
  /** Each connection's bytes so far. */
  readonly received: () => readonly string[];
}

/** A program that speaks bytes: what it sends is made by no library. */
export function startTcpProgram(onConnection: (socket: Socket) => void): Promise<Pick<Program, 'port' | 'close'>> {
  return listen(
    createTcpServer((socket) => {
      socket.on('error', () => undefined);
      onConnection(socket);
    }),
  );
}

/** Answers each whole message once with 200 and ends the connection, whatever the message is. */
export async function startRecorder(): Promise<Recorder> {
  const received: string[] = [];
  const program = await startTcpProgram((socket) => {
    const at = received.push('') - 1;
    socket.on('data', (chunk) => {
      received[at] += chunk.toString('latin1');
      if (isWhole(received[at] ?? ''))
        socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok');
    });
  });
  return { received: () => received, ...program };
}

/** Whether a message is over, by whichever framing it has. */
function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const [head, body] = [text.slice(0, end), text.slice(end + 4)];
  if (/\r\ntransfer-encoding:/i.test(head)) return /(^|\r\n)0\r\n(.*\r\n)*\r\n$/.test(body);
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
  return body.length >= length;
}
