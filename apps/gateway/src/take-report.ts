import type { ViolationCollector } from '@almanac/protocol/gateway';
import type { ClientRequest, ClientResponse } from './client-request.ts';
import type { Service } from './service.ts';

/** Takes what a browser reports of a page of a service; it goes no further than here. */
export async function takeReport(arrived: {
  readonly request: ClientRequest;
  readonly response: ClientResponse;
  readonly service: Service;
  readonly collector: ViolationCollector;
}): Promise<void> {
  const { request, response, service, collector } = arrived;
  const { status, headers } = await collector.answer({
    method: request.method,
    contentType: request.headers['content-type'],
    length: request.headers['content-length'],
    body: request,
    address: request.socket?.remoteAddress ?? '',
    service,
  });
  // Whatever else comes of what was refused is not read.
  const ends = status >= 400 && response.stream === undefined;
  response.writeHead(status, { ...headers, ...(ends ? { connection: 'close' } : {}) }).end();
}
