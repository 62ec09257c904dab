import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below what systems give to outgoing connections (from 32,768 on Linux): whoever stops and listens again on its port
 * must not find a connection of somebody else there.
 */
const range = { first: 10_000, last: 32_000 } as const;

/** The first of some ports that follow each other and are free. */
export async function freePorts(count: number): Promise<number> {
  for (;;) {
    const first = randomInt(range.first, range.last - count);
    const free = await Promise.all(Array.from({ length: count }, (_, index) => isFree(first + index)));
    if (free.every(Boolean)) return first;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
