import { randomBytes } from 'node:crypto';
import { refuse, type SiteId } from '@almanac/domain';
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
import type { ServerKeys } from '#features/signing-keys';
import type { BackgroundContext } from '#platform/feature';
import { faultOfJson, machineJson } from '#platform/http';
import type { AgentConnection, AgentHub } from './agent-hub.ts';
import { noteTrustedKeys } from './note-trusted-keys.ts';
import { saveOccurrences } from './occurrences.ts';
import { type ArrivedReport, digestsOf, noteReconciled, type ReportDigests } from './save-reports.ts';
import type { SeenSites } from './seen-sites.ts';
import type { ArrivedAgent } from './welcome-sites.ts';

export interface AgentSocketTools {
  readonly hub: AgentHub;
  readonly readKeys: () => Promise<ServerKeys>;
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
/** Until somebody has said who they are, nothing long is read. */
const mostHelloBytes = 16 * 1024;
const pingMs = 15_000;
/** Messages of one agent that may wait to be taken; while there are as many, nothing more is read of its connection. */
const mostWaiting = 16;
/** Complaints about one connection that are logged: an agent that says nonsense all day must not fill a disk. */
const mostComplaints = 10;

/** Mounts the agents' endpoint: challenge, hello, then levels in both directions. */
export function mountAgentSocket(server: FastifyInstance, context: BackgroundContext, tools: AgentSocketTools): void {
  server.route({
    method: 'GET',
    url: agentProtocol.path,
    config: { entrance: 'agents' },
    // A browser says which page opens a socket, and sends cookies along whatever the page is; an agent is no browser.
    preValidation: async (request) => {
      if (request.headers.origin !== undefined) refuse('cross-site-request', 'only agents connect here, no pages');
    },
    handler: () => refuse('not-found', 'agents connect here by WebSocket'),
    wsHandler: (socket, request) => serveAgent({ socket, context, tools, address: request.ip, log: request.log }),
  });
}

function serveAgent(input: {
  readonly socket: WebSocket;
  readonly context: BackgroundContext;
  readonly tools: AgentSocketTools;
  readonly address: string;
  readonly log: FastifyBaseLogger;
}): void {
  const { socket, context, tools, address, log } = input;
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
  let waiting = 0;
  let complaints = 0;
  const complain = (level: 'warn' | 'error', about: object, words: string) => {
    complaints += 1;
    if (complaints <= mostComplaints) log[level]({ ...about, site: connection?.site }, words);
  };
  const handle = async (message: AgentMessage): Promise<void> => {
    // Whoever was sent away has nothing more to say, whether they go or not.
    if (socket.readyState !== socket.OPEN) return;
    if (connection === undefined) {
      if (message.kind !== 'hello') return socket.close(1008, 'hello first');
      connection = await welcome({ socket, tools, hello: message, nonce, address, send });
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
    } else if (message.kind === 'server-keys-kept') {
      // Should it not be noted, the set is sent again, and acknowledged again.
      connection.keySet = { incarnation: 0, number: 0 };
      const { trusted, ...order } = message.keySet;
      failpoint('server-keys-before-noted');
      await noteTrustedKeys(context.db, [{ site, trusted }]);
      failpoint('server-keys-after-noted');
      connection.keySet = order;
    } else if (message.kind === 'reconciled') {
      await noteReconciled(context, site);
      tools.hub.takeReconciled(site, message.id);
    } else if (message.kind === 'log-chunk') tools.hub.takeLog(site, message.id, message.chunk);
    else if (message.kind === 'log-refused') tools.hub.takeLog(site, message.id, { refused: message.detail });
  };
  socket.on('message', (data) => {
    spoke = true;
    const text = String(data);
    if (connection === undefined && text.length > mostHelloBytes) return socket.close(1009, 'hello first');
    const parsed = agentMessage.safeParse(parse(text));
    if (!parsed.success) {
      if (connection === undefined) return socket.close(1008, 'hello first');
      const [issue] = parsed.error.issues;
      complain('warn', { issue: issue?.message, path: issue?.path }, 'an agent sent a message that is not understood');
      return;
    }
    waiting += 1;
    if (waiting === mostWaiting) socket.pause();
    turn = turn
      .then(() => handle(parsed.data))
      .catch((error: unknown) => complain('error', { err: error }, 'a message of an agent could not be handled'))
      .finally(() => {
        waiting -= 1;
        if (waiting < mostWaiting) socket.resume();
      });
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
  readonly address: string;
  readonly send: (message: ServerMessage) => void;
}): Promise<AgentConnection | undefined> {
  const { socket, tools, hello, nonce, address, send } = input;
  const reject = (code: string, detail: string): undefined => {
    send({ kind: 'refused', code, detail, retryAfterSeconds: 60 });
    socket.close(1008, code);
  };
  const site = await tools.findSite(hello.site);
  const signingKey = site?.signingKey ?? null;
  const text = `almanac-agent-hello:${hello.site}:${nonce}`;
  if (
    site === undefined ||
    signingKey === null ||
    !verifyText({ text, signature: hello.signature, publicKey: signingKey })
  )
    return reject('wrong-token', 'this site does not know this agent; enrol it again with a new token');
  const mismatch = incompatibility(hello.protocolVersion);
  if (mismatch !== undefined) return reject('agent-incompatible', mismatch);
  const { agentVersion, protocolVersion } = hello;
  const trusted = hello.keySet?.trusted;
  const artifactToken = await tools.welcome({ site: site.id, agentVersion, protocolVersion, address, trusted });
  const { keys } = await tools.readKeys();
  const connection: AgentConnection = {
    site: site.id,
    address,
    send,
    close: () => socket.close(1000, 'replaced'),
    signingKey,
    // What the agent has on its disk need not be sent again.
    sentGeneration: hello.incarnation === site.incarnation ? hello.generation : 0,
    keySet:
      hello.keySet === undefined ? undefined : { incarnation: hello.keySet.incarnation, number: hello.keySet.number },
  };
  send({
    kind: 'welcome',
    serverVersion: tools.serverVersion,
    serverKeys: keys.map(({ keyId, publicKey }) => ({ keyId, publicKey })),
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
  if (faultOfJson(text, machineJson) !== undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
