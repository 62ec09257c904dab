import { createServer } from 'node:net';

/** A port of the loopback interface that nobody listens on and that the site has not given away. */
export async function freePort(taken: ReadonlySet<number>): Promise<number> {
  for (;;) {
    const port = await new Promise<number>((resolve, reject) => {
      const server = createServer();
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        server.close(() =>
          typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port')),
        );
      });
    });
    if (!taken.has(port)) return port;
  }
}
