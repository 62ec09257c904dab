import { STATUS_CODES } from 'node:http';
import { type ClientResponse, isGone } from './client-request.ts';

const texts: Readonly<Record<number, string>> = {
  400: 'The request can be read in more than one way, or asks for what is not served here.',
  404: 'Nothing is served under this name here.',
  502: 'The application did not answer.',
  503: 'The application takes no requests at the moment. Try again shortly.',
  504: 'The application took too long to answer.',
};

/** Answers for an application that cannot; says nothing of what else is here. */
export function answerPlainly(response: ClientResponse, status: number): void {
  if (response.headersSent || isGone(response)) {
    response.destroy();
    return;
  }
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    ...(status === 503 ? { 'retry-after': '5' } : {}),
    // What follows on the connection of such a request belongs to nobody.
    ...(status === 400 && response.stream === undefined ? { connection: 'close' } : {}),
  });
  response.end(`${texts[status] ?? 'The request cannot be served.'}\n`);
}

/** The same on a connection of which only bytes are left; it ends with it. */
export function plainHead(status: 400 | 404 | 408 | 502 | 503): string {
  const retry = status === 503 ? 'retry-after: 5\r\n' : '';
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${retry}connection: close\r\ncontent-length: 0\r\n\r\n`;
}
