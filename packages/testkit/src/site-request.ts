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
  /** Sent as JSON when it is given. */
  readonly json?: unknown;
  /** GET unless given, or POST with `json`. */
  readonly method?: string;
}): Promise<Answer> {
  const content = input.json === undefined ? undefined : JSON.stringify(input.json);
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        host: '127.0.0.1',
        port: input.port,
        path: input.path,
        method: input.method ?? (content === undefined ? 'GET' : 'POST'),
        headers: {
          host: `${input.application}.localhost`,
          ...(content === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(content) }),
        },
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
    asked.end(content);
  });
}
