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
import { hashToken, newToken } from '#features/access';
import type { BackgroundContext } from '#platform/feature';
import type { AgentConnection, AgentHub } from './agent-hub.ts';
import { saveOccurrences } from './occurrences.ts';
import { type KeepVerdicts, noteReconciled, saveReport, touchSite, type WakePlans } from './save-report.ts';
import type { ServerKeys } from './server-keys.ts';

export interface AgentSocketTools {
  readonly hub: AgentHub;
  readonly keys: ServerKeys;
  readonly wakePlans: WakePlans;
  readonly keepVerdicts: KeepVerdicts;
  readonly serverVersion: string;
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
  // Messages are taken one after the other, so that an older report never overwrites a newer one.
  let turn: Promise<void> = Promise.resolve();
  const send = (message: ServerMessage) => socket.send(JSON.stringify(message));
  const patience = setTimeout(() => socket.close(1008, 'no hello'), helloPatienceMs);
  const ping = setInterval(() => socket.ping(), pingMs);
  const handle = async (message: AgentMessage): Promise<void> => {
    if (connection === undefined) {
      if (message.kind !== 'hello') return socket.close(1008, 'hello first');
      connection = await welcome({ ...input, hello: message, nonce, send });
      if (connection !== undefined) clearTimeout(patience);
      return;
    }
    const { site } = connection;
    if (message.kind === 'report') {
      if (message.report.sequence <= lastSequence) return;
      lastSequence = message.report.sequence;
      failpoint('report-before-save');
      await context.inTransaction(
        { actor: { kind: 'agent', site, name: `agent of ${site}` }, action: null },
        (command) => saveReport(command, { site, report: message.report, ...tools }),
      );
      failpoint('report-after-save');
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
    if (connection !== undefined)
      void touchSite(context, connection.site).catch((error: unknown) =>
        log.error({ err: error }, 'cannot note that a site lives'),
      );
  });
  socket.on('error', () => socket.terminate());
  socket.on('close', () => {
    clearTimeout(patience);
    clearInterval(ping);
    if (connection !== undefined) tools.hub.remove(connection);
  });
  send({ kind: 'challenge', nonce, protocolVersion: agentProtocol.version });
}

type Hello = Extract<AgentMessage, { kind: 'hello' }>;

async function welcome(input: {
  readonly socket: WebSocket;
  readonly context: BackgroundContext;
  readonly tools: AgentSocketTools;
  readonly log: FastifyBaseLogger;
  readonly hello: Hello;
  readonly nonce: string;
  readonly send: (message: ServerMessage) => void;
}): Promise<AgentConnection | undefined> {
  const { socket, context, tools, hello, nonce, send } = input;
  const reject = (code: string, detail: string): undefined => {
    send({ kind: 'refused', code, detail, retryAfterSeconds: 60 });
    socket.close(1008, code);
  };
  const site = await context.db.selectFrom('sites').selectAll().where('id', '=', hello.site).executeTakeFirst();
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
  const artifactToken = newToken('ala_');
  await context.inTransaction(
    { actor: { kind: 'agent', site: site.id, name: site.name }, action: null },
    async (command) => {
      await command.db.deleteFrom('artifactTokens').where('siteId', '=', site.id).execute();
      await command.db
        .insertInto('artifactTokens')
        .values({
          tokenHash: hashToken(artifactToken),
          siteId: site.id,
          expiresAt: new Date(command.now.getTime() + 7 * 86_400_000),
        })
        .execute();
      await command.db
        .updateTable('sites')
        .set({ agentVersion: hello.agentVersion, protocolVersion: hello.protocolVersion, lastSeenAt: command.now })
        .where('id', '=', site.id)
        .execute();
      await command.record({ kind: 'site-changed', subject: { site: site.id, environment: site.environmentId } });
      await tools.wakePlans(command, site.environmentId);
    },
  );
  const connection: AgentConnection = {
    site: site.id,
    send,
    close: () => socket.close(1000, 'replaced'),
    sentGeneration: 0,
  };
  send({
    kind: 'welcome',
    serverVersion: tools.serverVersion,
    serverKeys: [...tools.keys.publicKeys],
    artifactToken,
    capabilities: Object.values(serverCapabilities),
  });
  tools.hub.add(connection);
  await pushDocument(context, tools.hub, site.id);
  return connection;
}

/** Sends a site its newest document, unless it was sent to it already. */
export async function pushDocument(context: Pick<BackgroundContext, 'db'>, hub: AgentHub, site: SiteId): Promise<void> {
  const row = await context.db
    .selectFrom('sites')
    .select(['generation', 'document'])
    .where('id', '=', site)
    .executeTakeFirst();
  if (row === undefined || row.document === null) return;
  failpoint('document-before-push');
  hub.push(site, { generation: row.generation, signed: row.document });
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
