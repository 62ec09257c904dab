import { randomBytes } from 'node:crypto';
import type { SiteId } from '@almanac/domain';
import { failpoint, verifyText } from '@almanac/host';
import {
  type AgentMessage,
  agentMessage,
  agentProtocol,
  type ServerMessage,
  serverCapabilities,
} from '@almanac/protocol';
import type { WebSocket } from '@fastify/websocket';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { BackgroundContext } from '#platform/feature';
import type { AgentConnection, AgentHub } from './agent-hub.ts';
import { saveOccurrences } from './occurrences.ts';
import { type ArrivedReport, digestsOf, noteReconciled, type ReportDigests } from './save-reports.ts';
import type { SeenSites } from './seen-sites.ts';
import type { ServerKeys } from './server-keys.ts';
import type { ArrivedAgent } from './welcome-sites.ts';

export interface AgentSocketTools {
  readonly hub: AgentHub;
  readonly keys: ServerKeys;
  readonly serverVersion: string;
  readonly seen: SeenSites;
  /** Resolves once the report is stored. */
  readonly save: (report: ArrivedReport) => Promise<void>;
  /** Gives the agent's token for artifacts. */
  readonly welcome: (agent: ArrivedAgent) => Promise<string>;
  readonly findSite: (site: SiteId) => Promise<KnownSite | undefined>;
  readonly push: (sites: readonly SiteId[]) => void;
}

/** What has to be known of a site before its agent is let in. */
export interface KnownSite {
  readonly id: SiteId;
  readonly signingKey: string | null;
  readonly incarnation: number;
}

/** The part before the dot is the generation of the protocol; the part behind it grows with additions. */
const [ownMajor = '1', ownMinor = '0'] = agentProtocol.version.split('.');
const supportedMinors = 3;
const helloPatienceMs = 10_000;
const pingMs = 15_000;

/** Mounts the agents' endpoint: challenge, hello, then levels in both directions. */
export function mountAgentSocket(server: FastifyInstance, context: BackgroundContext, tools: AgentSocketTools): void {
  server.get(agentProtocol.path, { websocket: true }, (socket, request) => {
    serveAgent({ socket, context, tools, log: request.log });
  });
}

function serveAgent(input: {
  readonly socket: WebSocket;
  readonly context: BackgroundContext;
  readonly tools: AgentSocketTools;
  readonly log: FastifyBaseLogger;
}): void {
  const { socket, context, tools, log } = input;
  const nonce = randomBytes(32).toString('base64url');
  let connection: AgentConnection | undefined;
  let lastSequence = 0;
  let stored: ReportDigests | undefined;
  // Messages are taken one after the other, so that an older report never overwrites a newer one.
  let turn: Promise<void> = Promise.resolve();
  const send = (message: ServerMessage) => socket.send(JSON.stringify(message));
  const patience = setTimeout(() => socket.close(1008, 'no hello'), helloPatienceMs);
  // Whoever spoke is answered, and both sides know that the other lives: only the silent are asked.
  let spoke = false;
  const ping = setInterval(() => {
    if (!spoke) socket.ping();
    spoke = false;
  }, pingMs);
  const handle = async (message: AgentMessage): Promise<void> => {
    if (connection === undefined) {
      if (message.kind !== 'hello') return socket.close(1008, 'hello first');
      connection = await welcome({ socket, tools, hello: message, nonce, send });
      if (connection !== undefined) clearTimeout(patience);
      return;
    }
    const { site } = connection;
    if (message.kind === 'report') {
      if (message.report.sequence <= lastSequence) return;
      lastSequence = message.report.sequence;
      const next = digestsOf(message.report);
      if (stored?.essence === next.essence && stored.counters === next.counters) tools.seen.note(site);
      else {
        failpoint('report-before-save');
        await tools.save({ site, report: message.report, isNews: stored?.essence !== next.essence });
        stored = next;
        failpoint('report-after-save');
      }
      send({ kind: 'report-seen', sequence: lastSequence });
    } else if (message.kind === 'occurrences') {
      const told = message.occurrences;
      await context.inTransaction(
        { actor: { kind: 'agent', site, name: `agent of ${site}` }, action: null },
        (command) => saveOccurrences(command, { site, told }),
      );
      send({ kind: 'occurrences-kept', spool: told.spool, number: told.items.at(-1)?.number ?? 0 });
    } else if (message.kind === 'reconciled') {
      await noteReconciled(context, site);
      tools.hub.takeReconciled(message.id);
    } else if (message.kind === 'log-chunk') tools.hub.takeLog(message.id, message.chunk);
    else if (message.kind === 'log-refused') tools.hub.takeLog(message.id, { refused: message.detail });
  };
  socket.on('message', (data) => {
    spoke = true;
    const parsed = agentMessage.safeParse(parse(String(data)));
    if (!parsed.success) {
      log.warn(
        { site: connection?.site, issue: parsed.error.issues[0]?.message, path: parsed.error.issues[0]?.path },
        'an agent sent a message that is not understood',
      );
      return;
    }
    turn = turn
      .then(() => handle(parsed.data))
      .catch((error: unknown) =>
        log.error({ err: error, site: connection?.site }, 'a message of an agent could not be handled'),
      );
  });
  socket.on('pong', () => {
    if (connection !== undefined) tools.seen.note(connection.site);
  });
  socket.on('error', () => socket.terminate());
  socket.on('close', () => {
    clearTimeout(patience);
    clearInterval(ping);
    if (connection === undefined) return;
    tools.hub.remove(connection);
    tools.seen.forget(connection.site);
  });
  send({ kind: 'challenge', nonce, protocolVersion: agentProtocol.version });
}

type Hello = Extract<AgentMessage, { kind: 'hello' }>;

async function welcome(input: {
  readonly socket: WebSocket;
  readonly tools: AgentSocketTools;
  readonly hello: Hello;
  readonly nonce: string;
  readonly send: (message: ServerMessage) => void;
}): Promise<AgentConnection | undefined> {
  const { socket, tools, hello, nonce, send } = input;
  const reject = (code: string, detail: string): undefined => {
    send({ kind: 'refused', code, detail, retryAfterSeconds: 60 });
    socket.close(1008, code);
  };
  const site = await tools.findSite(hello.site);
  const known =
    site !== undefined &&
    site.signingKey !== null &&
    verifyText({
      text: `almanac-agent-hello:${hello.site}:${nonce}`,
      signature: hello.signature,
      publicKey: site.signingKey,
    });
  if (site === undefined || !known)
    return reject('wrong-token', 'this site does not know this agent; enrol it again with a new token');
  const mismatch = incompatibility(hello.protocolVersion);
  if (mismatch !== undefined) return reject('agent-incompatible', mismatch);
  const { agentVersion, protocolVersion } = hello;
  const artifactToken = await tools.welcome({ site: site.id, agentVersion, protocolVersion });
  const connection: AgentConnection = {
    site: site.id,
    send,
    close: () => socket.close(1000, 'replaced'),
    // What the agent has on its disk need not be sent again.
    sentGeneration: hello.incarnation === site.incarnation ? hello.generation : 0,
  };
  send({
    kind: 'welcome',
    serverVersion: tools.serverVersion,
    serverKeys: [...tools.keys.publicKeys],
    artifactToken,
    capabilities: Object.values(serverCapabilities),
  });
  tools.hub.add(connection);
  tools.push([site.id]);
  return connection;
}

/** Why an agent's protocol cannot be served; undefined when it can. */
export function incompatibility(version: string): string | undefined {
  const [major = '', minor = ''] = version.split('.');
  const behind = Number(ownMinor) - Number(minor);
  const advice = `this server speaks ${agentProtocol.version}, the agent ${version}`;
  if (major !== ownMajor || behind < 0) return `the agent is too new: ${advice}; upgrade the server`;
  if (!Number.isInteger(behind) || behind > supportedMinors)
    return `the agent is too old: ${advice}; upgrade the agent`;
  return undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
