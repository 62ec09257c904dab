import { createServer } from 'node:net';

/** The first of some ports that follow each other and are free. */
export async function freePorts(count: number): Promise<number> {
  for (;;) {
    const first = await listenOnce(0);
    if (first === undefined || first + count > 65_000) continue;
    const rest = await Promise.all(Array.from({ length: count - 1 }, (_, index) => listenOnce(first + index + 1)));
    if (rest.every((port) => port !== undefined)) return first;
  }
}

function listenOnce(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : undefined));
    });
  });
}
