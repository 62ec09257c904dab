import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConnectionError, createClient } from './client.ts';

describe('a server that leads elsewhere', () => {
  const heard: string[] = [];
  let servers: readonly Server[] = [];
  let baseUrl: string;
  let elsewhere: string;

  beforeAll(async () => {
    const other = createServer((request, response) => {
      request.on('data', (chunk: Buffer) => heard.push(chunk.toString()));
      request.on('end', () => response.end('{}'));
      heard.push(String(request.headers.authorization));
    });
    elsewhere = await listen(other);
    const leading = createServer((request, response) => {
      request.resume();
      response.writeHead(307, { location: `${elsewhere}${request.url}` }).end();
    });
    baseUrl = await listen(leading);
    servers = [other, leading];
  });
  afterAll(() => {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
  });

  async function listen(server: Server): Promise<string> {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it('is not followed, so that nobody else hears a token or a password', async () => {
    const client = createClient({ baseUrl, token: 'secret' });
    const says = `${baseUrl} leads to ${elsewhere}, and nothing is said there: give that address if it is Almanac`;

    await expect(client.listPlans({})).rejects.toEqual(new ConnectionError(says));
    await expect(client.signIn({ body: { name: 'ada', password: 'word' } })).rejects.toEqual(new ConnectionError(says));
    expect(heard).toEqual([]);
  });
});
