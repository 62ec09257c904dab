import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';

/** Counts the effects of orders outside the application: an effect that happened twice is seen, whoever answered. */
export interface Ledger {
  readonly port: number;
  /** How often each order took effect. */
  readonly effects: ReadonlyMap<string, number>;
  readonly close: () => Promise<void>;
}

export async function openLedger(): Promise<Ledger> {
  const effects = new Map<string, number>();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let rest = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const order of lines) effects.set(order, (effects.get(order) ?? 0) + 1);
    });
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    effects,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
