import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentMessage, desiredState, serverMessage } from '@almanac/protocol';
import { addApplication, askSite, freePorts, startEstate, waitUntil, whenRunning } from '@almanac/testkit';
import { WebSocket, WebSocketServer } from 'ws';
import { startEffects } from './effects.ts';

const repository = join(import.meta.dirname, '..', '..');

/** What a site did when documents of before were sent to it again, genuine and signed. */
export interface ReplayResult {
  readonly replayed: number;
  /** The generation that the site followed before, and the lowest that it reported afterwards. */
  readonly before: number;
  readonly lowestAfter: number;
  /** What its application answered afterwards; the newest is `turn 3`. */
  readonly answers: string;
}

/** Deploys three turns to a site behind a relay, then lets the relay send it every older document again. */
export async function replayDocuments(root = repository): Promise<ReplayResult> {
  const directory = await mkdtemp(join(tmpdir(), 'almanac replay '));
  await chmod(directory, 0o711);
  const effects = await startEffects(directory);
  const estate = await startEstate(undefined, { root });
  const relay = await startRelay(new URL(estate.url));
  const frontPort = await freePorts(1);
  let agent: ChildProcess | undefined;
  const runAgent = (action: string, ...more: readonly string[]) =>
    spawn(
      process.execPath,
      [join(root, 'apps/agent/src/main.ts'), action, '--server', relay.url, '--data', join(directory, 'edge'), ...more],
      { stdio: 'ignore', env: { ...process.env, ALMANAC_RUNTIME_DIR: join(directory, 'runtime') } },
    );
  try {
    const { enrolment } = await estate.client.createSite({ body: { name: 'edge', environment: 'development' } });
    agent = runAgent('run', '--token', enrolment.token, '--front-port', String(frontPort));
    await addApplication(estate.client, effects.repository.path);
    const answers = async () => (await askSite({ application: 'effects', port: frontPort, path: '/' })).body;
    for (const turn of [1, 2, 3]) {
      const commit = await effects.commitTurn(turn);
      await estate.client.reportPush({ params: { application: 'effects' }, body: { commit } });
      await whenRunning(estate.client, { application: 'effects', commit });
      await waitUntil(`turn ${turn} at the edge`, async () => (await answers()) === `turn ${turn}`);
    }
    const before = relay.generation();
    const replayed = relay.replay();
    const lowestAfter = await relay.lowestOf(4);
    return { replayed, before, lowestAfter, answers: await answers() };
  } finally {
    agent?.kill('SIGTERM');
    if (agent !== undefined) await once(agent, 'exit');
    await once(runAgent('stop-all', '--front-port', String(frontPort)), 'exit');
    await relay.stop();
    await estate.stop();
    await estate.remove();
    await effects.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

interface Relay {
  readonly url: string;
  /** The newest generation that the site reported. */
  readonly generation: () => number;
  /** Sends every document but the newest again; gives their number. */
  readonly replay: () => number;
  /** The lowest generation of the next so many reports. */
  readonly lowestOf: (reports: number) => Promise<number>;
  readonly stop: () => Promise<void>;
}

/** Stands between an agent and its server, and keeps what the server tells. */
async function startRelay(upstream: URL): Promise<Relay> {
  const documents: { readonly generation: number; readonly text: string }[] = [];
  const reported: number[] = [];
  let downstream: WebSocket | undefined;
  const server = createServer((incoming, outgoing) => {
    const { method, headers, url } = incoming;
    const forwarded = request(new URL(url ?? '/', upstream), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    forwarded.on('error', () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (client, incoming) => {
    const address = new URL(incoming.url ?? '/', upstream);
    address.protocol = 'ws:';
    const remote = new WebSocket(address);
    const opened = once(remote, 'open');
    downstream = client;
    client.on('message', (data) => {
      const message = agentMessage.safeParse(JSON.parse(String(data)));
      if (message.success && message.data.kind === 'report') reported.push(message.data.report.generation);
      void opened.then(() => remote.send(String(data)));
    });
    remote.on('message', (data) => {
      const text = String(data);
      const message = serverMessage.safeParse(JSON.parse(text));
      if (message.success && message.data.kind === 'desired')
        documents.push({ generation: desiredState.parse(JSON.parse(message.data.document.payload)).generation, text });
      client.send(text);
    });
    remote.on('error', () => client.close());
    remote.on('close', () => client.close());
    client.on('close', () => remote.close());
  });
  await listen(server);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    generation: () => reported.at(-1) ?? 0,
    replay: () => {
      const old = documents.slice(0, -1).toReversed();
      for (const { text } of old) downstream?.send(text);
      return old.length;
    },
    lowestOf: (reports) => {
      const from = reported.length;
      return waitUntil(
        `${reports} reports`,
        () => {
          const since = reported.slice(from);
          return since.length >= reports && Math.min(...since);
        },
        90,
      );
    },
    stop: async () => {
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
}
