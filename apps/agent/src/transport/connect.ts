import type { IncomingMessage } from 'node:http';
import {
  type AgentMessage,
  agentProtocol,
  type LogChunk,
  type LogRequest,
  type Occurrences,
  problem,
  type SiteReport,
  serverCapabilities,
  serverMessage,
} from '@almanac/protocol';
import type { Logger } from 'pino';
import { WebSocket } from 'ws';
import type { SiteIdentity } from '../identity/site-identity.ts';
import { agentVersion } from '../version.ts';
import type { DesiredStore } from './desired-store.ts';

export interface Connection {
  /** What is reported: the newest level replaces an earlier one that was not sent yet. */
  readonly report: (report: Omit<SiteReport, 'sequence' | 'at'>) => void;
  /** What the server allows while it is connected; undefined while it is not. */
  readonly access: () => { readonly token: string; readonly transfers: boolean } | undefined;
  /** Begins the connection anew, for what only a new one brings. */
  readonly renew: () => void;
  /** Whether the server is connected now. */
  readonly isConnected: () => boolean;
  readonly close: () => void;
}

/** What came to pass, until the server has it. */
export interface OccurrenceOutbox {
  /** What is durable here and not confirmed; undefined when there is nothing. */
  readonly pending: () => Promise<Occurrences | undefined>;
  readonly kept: (until: { readonly spool: string; readonly number: number }) => void;
}

const shortestPause = 500;
const longestPause = 30_000;
/** The server pings every 15 seconds; a connection that is silent for so long is dead. */
const silenceMs = 45_000;
/** Between tries to take over what could not be taken over, for want of space for example. */
const retryMs = 2000;
const reportEveryMs = 15_000;
/** News of single instances and of traffic goes out so often; that an application entered another phase goes at once. */
const gatherMs = 250;

/** Keeps one connection outward to the server: back again after every loss, with pauses that grow and differ. */
export function keepConnected(input: {
  readonly server: string;
  readonly identity: SiteIdentity;
  readonly desired: DesiredStore;
  readonly onDesired: () => void;
  readonly readLog: (request: LogRequest) => Promise<LogChunk>;
  /** Looks at everything anew and reports; gives how many files there are. */
  readonly reconcile: () => Promise<number>;
  readonly occurrences: OccurrenceOutbox;
  /** Something was heard of the server. */
  readonly onHeard: () => void;
  readonly log: Logger;
}): Connection {
  const { identity, desired, log } = input;
  const address = new URL(agentProtocol.path, input.server);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  let closed = false;
  let failures = 0;
  let access: ReturnType<Connection['access']>;
  let socket: WebSocket | undefined;
  let welcomed = false;
  /** Whether it was logged that agents are not let in from here: once until it changes. */
  let told = false;
  let keepsOccurrences = false;
  let latest: Omit<SiteReport, 'sequence' | 'at'> | undefined;
  let sent = '';
  let sentPhases = '';
  let sequence = 0;
  let gather: NodeJS.Timeout | undefined;
  let gatheredAt = 0;
  let reconnect: NodeJS.Timeout | undefined;

  const send = (message: AgentMessage) => socket?.readyState === WebSocket.OPEN && socket.send(JSON.stringify(message));
  const sendReport = (evenIfSame: boolean) => {
    if (latest === undefined || !welcomed) return;
    const text = JSON.stringify(latest);
    if (text === sent && !evenIfSame) return;
    sent = text;
    sentPhases = phasesOf(latest);
    sequence += 1;
    send({ kind: 'report', report: { ...latest, sequence, at: new Date().toISOString() } });
  };
  // One message is under way at a time, so that they come in their order.
  let telling = false;
  const tellOccurrences = async () => {
    if (telling || !welcomed || !keepsOccurrences) return;
    telling = true;
    const own = socket;
    const occurrences = await input.occurrences.pending().catch(() => undefined);
    if (occurrences === undefined || own !== socket || !welcomed) telling = false;
    else send({ kind: 'occurrences', occurrences });
  };
  const beat = setInterval(() => {
    sendReport(true);
    // What the server did not confirm, it may not have kept: told twice, it stands there once.
    telling = false;
    void tellOccurrences();
  }, reportEveryMs);

  const take = async (text: string): Promise<number | undefined> => {
    const parsed = serverMessage.safeParse(JSON.parse(text));
    if (!parsed.success) return undefined;
    const message = parsed.data;
    switch (message.kind) {
      case 'challenge': {
        const now = desired.current();
        send({
          kind: 'hello',
          site: identity.site.id,
          agentVersion,
          protocolVersion: agentProtocol.version,
          signature: identity.sign(`almanac-agent-hello:${identity.site.id}:${message.nonce}`),
          incarnation: now?.incarnation ?? 0,
          generation: now?.generation ?? 0,
          keySet: identity.serverKeys.kept(),
        });
        return undefined;
      }
      case 'welcome':
        welcomed = true;
        told = false;
        failures = 0;
        access = {
          token: message.artifactToken,
          transfers: message.capabilities.includes(serverCapabilities.transfers),
        };
        keepsOccurrences = message.capabilities.includes(serverCapabilities.occurrences);
        log.info({ server: message.serverVersion }, 'connected');
        sendReport(true);
        telling = false;
        void tellOccurrences();
        input.onDesired();
        return undefined;
      case 'refused':
        log.error({ code: message.code }, `the server refuses this agent: ${message.detail}. Applications run on.`);
        return message.retryAfterSeconds * 1000;
      case 'desired':
        if (await desired.accept(message.document)) {
          log.info({ generation: desired.current()?.generation }, 'new desired state');
          input.onDesired();
        }
        return undefined;
      case 'server-keys': {
        const keySet = await desired.acceptKeys(message.document);
        if (keySet === undefined) return undefined;
        log.info({ number: keySet.number, trusted: keySet.trusted }, "the server's keys are kept");
        send({ kind: 'server-keys-kept', keySet });
        return undefined;
      }
      case 'log-request':
        await input.readLog(message.request).then(
          (chunk) => send({ kind: 'log-chunk', id: message.id, chunk }),
          (error: unknown) =>
            send({
              kind: 'log-refused',
              id: message.id,
              detail: error instanceof Error ? error.message : String(error),
            }),
        );
        return undefined;
      case 'reconcile':
        // Many files take a while, and other messages must not wait for them.
        void input.reconcile().then(
          (files) => {
            sendReport(true);
            send({ kind: 'reconciled', id: message.id, files });
          },
          (error: unknown) => log.error({ err: error }, 'the site could not be looked at as a whole'),
        );
        return undefined;
      case 'occurrences-kept':
        input.occurrences.kept(message);
        telling = false;
        void tellOccurrences();
        return undefined;
      case 'report-seen':
        return undefined;
    }
  };

  const connect = () => {
    let patience = 0;
    let keptOut = false;
    let silence: NodeJS.Timeout | undefined;
    const own = new WebSocket(address, { handshakeTimeout: 10_000, maxPayload: 32 * 1024 * 1024 });
    socket = own;
    const heard = () => {
      clearTimeout(silence);
      silence = setTimeout(() => own.terminate(), silenceMs);
    };
    let turn: Promise<void> = Promise.resolve();
    own.on('open', heard);
    own.on('ping', () => {
      heard();
      input.onHeard();
    });
    own.on('message', (data) => {
      heard();
      input.onHeard();
      turn = turn
        .then(() => take(String(data)))
        .then((wait) => {
          patience = wait ?? patience;
        })
        .catch((error: unknown) => {
          log.error({ err: error }, 'a message of the server could not be handled; the connection begins anew');
          // What was told is told again to whoever comes back; it is not told twice on one connection.
          patience = retryMs;
          own.terminate();
        });
    });
    own.on('unexpected-response', (_request, response) => {
      void codeOf(response).then((code) => {
        keptOut = code === 'network-not-allowed';
        if (keptOut && !told)
          log.error(
            { code },
            'the server lets no agents in from the network of this machine; an administrator can allow it (almanac network set agents …). Applications run on.',
          );
        told = keptOut;
        own.terminate();
      });
    });
    own.on('error', (error) => {
      if (failures === 0 && !keptOut)
        log.warn({ reason: error.message }, 'the server cannot be reached; applications run on');
    });
    own.on('close', () => {
      clearTimeout(silence);
      if (welcomed) log.warn('the connection to the server was lost; applications run on');
      welcomed = false;
      access = undefined;
      if (closed) return;
      failures += 1;
      const pause = Math.max(patience, Math.min(longestPause, shortestPause * 2 ** Math.min(failures - 1, 10)));
      reconnect = setTimeout(connect, pause / 2 + (Math.random() * pause) / 2);
    });
  };
  connect();
  return {
    report: (report) => {
      latest = report;
      void tellOccurrences();
      if (phasesOf(report) !== sentPhases) return sendReport(false);
      gather ??= setTimeout(
        () => {
          gather = undefined;
          gatheredAt = performance.now();
          sendReport(false);
        },
        Math.max(0, gatheredAt + gatherMs - performance.now()),
      );
    },
    access: () => access,
    renew: () => socket?.close(),
    isConnected: () => welcomed,
    close: () => {
      closed = true;
      clearInterval(beat);
      clearTimeout(gather);
      clearTimeout(reconnect);
      socket?.close();
    },
  };
}

/** What plans wait for. */
function phasesOf(report: Omit<SiteReport, 'sequence' | 'at'>): string {
  return JSON.stringify(report.applications.map((each) => [each.application.id, each.operation, each.phase]));
}

/** More than a refusal of the server is long. */
const longestRefusal = 16_384;

/** The code of the refusal with which the server answered instead of opening a connection; undefined where it is none of its. */
async function codeOf(response: IncomingMessage): Promise<string | undefined> {
  let text = '';
  try {
    for await (const chunk of response) {
      text += String(chunk);
      if (text.length > longestRefusal) return undefined;
    }
    return problem.safeParse(JSON.parse(text)).data?.code;
  } catch {
    return undefined;
  }
}
