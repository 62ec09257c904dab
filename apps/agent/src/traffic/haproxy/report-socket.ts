import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { ArrivedReport, ViolationCollector } from '@almanac/protocol/gateway';

/** Takes on a socket of the site what browsers report, which HAProxy passes on and cannot read itself. Gives the end. */
export async function hearReports(input: {
  readonly path: string;
  readonly collector: ViolationCollector;
  /** The service that HAProxy knows by a name. */
  readonly serviceOf: (name: string) => ArrivedReport['service'];
}): Promise<{ readonly close: () => void }> {
  const { path, collector, serviceOf } = input;
  const server = createServer((request, response) => {
    const { method, headers } = request;
    collector
      .answer({
        method,
        contentType: headers['content-type'],
        length: headers['content-length'],
        body: request,
        // HAProxy says both anew, whatever a client says.
        address: String(headers['x-almanac-address']),
        service: serviceOf(String(headers['x-almanac-service'])),
      })
      .then(
        (answer) =>
          response
            .writeHead(answer.status, { ...answer.headers, ...(answer.status >= 400 ? { connection: 'close' } : {}) })
            .end(),
        () => response.destroy(),
      );
  });
  // An agent that was killed left its socket behind.
  rmSync(path, { force: true });
  server.listen(path);
  await once(server, 'listening');
  server.unref();
  return {
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
