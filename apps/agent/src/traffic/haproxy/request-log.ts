import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

export interface LoggedRequest {
  readonly instance: string;
  readonly status: number;
  readonly milliseconds: number;
}

/** Hears what became of each request; HAProxy itself keeps no distribution of latencies. Gives the port and the end. */
export async function hearRequests(
  onRequest: (request: LoggedRequest) => void,
): Promise<{ readonly port: number; readonly close: () => void }> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 });
  socket.on('message', (message) => {
    const [instance = '', status = '', untilHeaders = '', inAll = ''] = message.toString('utf8').trim().split(' ');
    // A client that left without an answer is nobody's error.
    if (instance.startsWith('<') || !(Number(status) > 0)) return;
    const milliseconds = Number(untilHeaders) < 0 ? Number(inAll.replace('+', '')) : Number(untilHeaders);
    onRequest({ instance, status: Number(status), milliseconds });
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  socket.unref();
  return { port: (socket.address() as AddressInfo).port, close: () => socket.close() };
}
