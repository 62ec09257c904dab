import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Transform } from 'node:stream';
import { agentMessage, desiredState, type SiteReport, serverMessage } from '@almanac/protocol';
import { waitUntil } from '@almanac/testkit';
import { WebSocket, WebSocketServer } from 'ws';

/** What a relay changes on the way from the server to its agent. */
export type Tampering = 'signature' | 'artifact';

/** Stands between an agent and its server, keeps what the server tells, and changes it when it is told to. */
export interface Relay {
  readonly url: string;
  /** The newest generation that the site reported. */
  readonly generation: () => number;
  /** The newest report of the site. */
  readonly report: () => SiteReport | undefined;
  /** Sends every document but the newest again; gives their number. */
  readonly replay: () => number;
  /** The lowest generation of the next so many reports. */
  readonly lowestOf: (reports: number) => Promise<number>;
  /** Changes what passes from now on, or nothing any more; the agent has to connect anew. */
  readonly tamper: (what: Tampering | undefined) => void;
  /** How many documents or artifacts were changed since. */
  readonly tampered: () => number;
  readonly stop: () => Promise<void>;
}

export async function startRelay(upstream: URL): Promise<Relay> {
  const documents: { readonly generation: number; readonly text: string }[] = [];
  const reports: SiteReport[] = [];
  let downstream: WebSocket | undefined;
  let tampering: Tampering | undefined;
  let tampered = 0;
  const server = createServer((incoming, outgoing) =>
    forward(upstream, { incoming, outgoing }, () => {
      if (tampering !== 'artifact') return false;
      tampered += 1;
      return true;
    }),
  );
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (client, incoming) => {
    const address = new URL(incoming.url ?? '/', upstream);
    address.protocol = 'ws:';
    const remote = new WebSocket(address);
    const opened = once(remote, 'open');
    // Where the server is away this ends with the connection.
    opened.catch(() => undefined);
    downstream = client;
    client.on('message', (data) => {
      const message = agentMessage.safeParse(JSON.parse(String(data)));
      if (message.success && message.data.kind === 'report') reports.push(message.data.report);
      void opened.then(
        () => remote.send(String(data)),
        () => undefined,
      );
    });
    remote.on('message', (data) => {
      const text = String(data);
      const message = serverMessage.safeParse(JSON.parse(text));
      if (!message.success || message.data.kind !== 'desired') return client.send(text);
      documents.push({ generation: desiredState.parse(JSON.parse(message.data.document.payload)).generation, text });
      if (tampering !== 'signature') return client.send(text);
      tampered += 1;
      return client.send(resigned(text));
    });
    remote.on('error', () => client.close());
    remote.on('close', () => client.close());
    client.on('close', () => remote.close());
  });
  await listen(server);
  const generations = () => reports.map((each) => each.generation);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    generation: () => generations().at(-1) ?? 0,
    report: () => reports.at(-1),
    replay: () => {
      const old = documents.slice(0, -1).toReversed();
      for (const { text } of old) downstream?.send(text);
      return old.length;
    },
    lowestOf: (count) => {
      const from = reports.length;
      return waitUntil(
        `${count} reports`,
        () => {
          const since = generations().slice(from);
          return since.length >= count && Math.min(...since);
        },
        90,
      );
    },
    tamper: (what) => {
      tampering = what;
      tampered = 0;
      for (const client of sockets.clients) client.terminate();
    },
    tampered: () => tampered,
    stop: async () => {
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The same document under the signature of somebody else. */
function resigned(text: string): string {
  return text.replace(/"signature":"(.)/, (_, first: string) => `"signature":"${first === 'A' ? 'B' : 'A'}`);
}

/** Passes a request on; `mayChange` is asked for each answer that brings an artifact. */
function forward(
  upstream: URL,
  exchange: { readonly incoming: IncomingMessage; readonly outgoing: ServerResponse },
  mayChange: () => boolean,
): void {
  const { incoming, outgoing } = exchange;
  const { method, headers, url = '/' } = incoming;
  const forwarded = request(new URL(url, upstream), { method, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    const brings = /\/artifacts\/[^/]+(\/transfers\/[^/]+)?$/.test(url) && [200, 206].includes(answer.statusCode ?? 0);
    if (brings && mayChange()) answer.pipe(flipFirstBit()).pipe(outgoing);
    else answer.pipe(outgoing);
  });
  forwarded.on('error', () => outgoing.destroy());
  incoming.pipe(forwarded);
}

function flipFirstBit(): Transform {
  let isFirst = true;
  return new Transform({
    transform: (chunk: Buffer, _, done) => {
      if (isFirst) chunk.writeUInt8(chunk.readUInt8(0) ^ 1, 0);
      isFirst = false;
      done(null, chunk);
    },
  });
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
}
