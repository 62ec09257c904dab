import { request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Asks an application through the front door of a site: loopback, with the application's host name. */
export function askSite(input: {
  readonly port: number;
  readonly application: string;
  readonly path: string;
}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        host: '127.0.0.1',
        port: input.port,
        path: input.path,
        headers: { host: `${input.application}.localhost` },
        agent: false,
        timeout: 40_000,
      },
      (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          body += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
        response.on('error', reject);
      },
    );
    asked.on('timeout', () => asked.destroy(new Error('no answer')));
    asked.on('error', reject);
    asked.end();
  });
}
