import { randomUUID } from 'node:crypto';
import { isNewerKeySet, type KeySetOrder, refuse, type SiteId } from '@almanac/domain';
import type { LogChunk, LogRequest, ServerMessage, SignedDesiredState, SignedKeySet } from '@almanac/protocol';

/** One agent's connection to this node. */
export interface AgentConnection {
  readonly site: SiteId;
  /** Where it comes from. */
  readonly address: string;
  readonly send: (message: ServerMessage) => void;
  readonly close: () => void;
  /** The key with which the agent proved who it is. */
  readonly signingKey: string;
  /** Generation of the last document that was sent, or that the agent said it has. */
  sentGeneration: number;
  /** The last set of the server's keys that was sent, or that the agent said it has; undefined where the agent cannot learn any. */
  keySet: KeySetOrder | undefined;
}

/** The agents that are connected to this node. */
export interface AgentHub {
  readonly add: (connection: AgentConnection) => void;
  readonly remove: (connection: AgentConnection) => void;
  readonly sites: () => readonly SiteId[];
  /** Who is connected as a site, and what was sent last. */
  readonly of: (site: SiteId) => Pick<AgentConnection, 'site' | 'signingKey' | 'sentGeneration'> | undefined;
  readonly push: (site: SiteId, document: { readonly generation: number; readonly signed: SignedDesiredState }) => void;
  /** Connected sites that have an earlier set of the server's keys, and can learn another one. */
  readonly lackingKeys: (set: KeySetOrder) => readonly SiteId[];
  readonly pushKeys: (site: SiteId, set: { readonly order: KeySetOrder; readonly signed: SignedKeySet }) => void;
  /** Ends the connection of a site that was let in by a key; by another one it is another agent. */
  readonly disconnect: (site: SiteId, signingKey: string) => void;
  /** Ends connections from where agents are not let in any more. */
  readonly keepOnly: (admits: (address: string) => boolean) => void;
  readonly readLog: (site: SiteId, request: LogRequest, name: string) => Promise<LogChunk>;
  /** An answer counts where the site that gives it was asked. */
  readonly takeLog: (site: SiteId, id: string, answer: LogChunk | { readonly refused: string }) => void;
  /** Lets an agent look at everything anew; undefined where it is not connected, or does not say so in time. */
  readonly reconcile: (site: SiteId, patienceMs: number) => Promise<'reconciled' | undefined>;
  readonly takeReconciled: (site: SiteId, id: string) => void;
  readonly closeAll: () => void;
}

const logPatienceMs = 10_000;

export function createAgentHub(): AgentHub {
  const connections = new Map<SiteId, AgentConnection>();
  const asked = new Map<
    string,
    {
      readonly site: SiteId;
      readonly resolve: (chunk: LogChunk) => void;
      readonly reject: (error: unknown) => void;
    }
  >();
  const reconciling = new Map<string, { readonly site: SiteId; readonly done: () => void }>();
  return {
    reconcile: (site, patienceMs) => {
      const connection = connections.get(site);
      if (connection === undefined) return Promise.resolve(undefined);
      const id = randomUUID();
      return new Promise((resolve) => {
        const timer = setTimeout(() => {
          reconciling.delete(id);
          resolve(undefined);
        }, patienceMs);
        const done = () => {
          clearTimeout(timer);
          reconciling.delete(id);
          resolve('reconciled');
        };
        reconciling.set(id, { site, done });
        connection.send({ kind: 'reconcile', id });
      });
    },
    takeReconciled: (site, id) => {
      const waiting = reconciling.get(id);
      if (waiting?.site === site) waiting.done();
    },
    add: (connection) => {
      // The newest connection is the agent's: an older one is of before its restart, or of a copy.
      connections.get(connection.site)?.close();
      connections.set(connection.site, connection);
    },
    remove: (connection) => {
      if (connections.get(connection.site) === connection) connections.delete(connection.site);
    },
    sites: () => [...connections.keys()],
    of: (site) => connections.get(site),
    push: (site, { generation, signed }) => {
      const connection = connections.get(site);
      if (connection === undefined || connection.sentGeneration >= generation) return;
      connection.sentGeneration = generation;
      connection.send({ kind: 'desired', document: signed });
    },
    lackingKeys: (set) =>
      [...connections.values()].flatMap(({ site, keySet }) =>
        keySet !== undefined && isNewerKeySet(set, keySet) ? [site] : [],
      ),
    pushKeys: (site, { order, signed }) => {
      const connection = connections.get(site);
      if (connection === undefined) return;
      // What it refuses is not told again on the same connection.
      connection.keySet = order;
      connection.send({ kind: 'server-keys', document: signed });
    },
    keepOnly: (admits) => {
      for (const connection of connections.values()) if (!admits(connection.address)) connection.close();
    },
    disconnect: (site, signingKey) => {
      const connection = connections.get(site);
      if (connection?.signingKey === signingKey) connection.close();
    },
    readLog: (site, request, name) => {
      const connection = connections.get(site);
      if (connection === undefined) return Promise.reject(unreachable(name));
      const id = randomUUID();
      return new Promise<LogChunk>((resolve, reject) => {
        const timer = setTimeout(() => {
          asked.delete(id);
          reject(unreachable(name));
        }, logPatienceMs);
        const settle =
          <Value>(end: (value: Value) => void) =>
          (value: Value) => {
            clearTimeout(timer);
            asked.delete(id);
            end(value);
          };
        asked.set(id, { site, resolve: settle(resolve), reject: settle(reject) });
        connection.send({ kind: 'log-request', id, request });
      });
    },
    takeLog: (site, id, answer) => {
      const waiting = asked.get(id);
      if (waiting?.site !== site) return;
      if ('refused' in answer) waiting.reject(notFound(answer.refused));
      else waiting.resolve(answer);
    },
    closeAll: () => {
      for (const connection of connections.values()) connection.close();
    },
  };
}

function unreachable(name: string): unknown {
  return caught(() =>
    refuse('site-unreachable', `${name} is not connected to this server; its log can be read when it is online`),
  );
}

function notFound(detail: string): unknown {
  return caught(() => refuse('not-found', detail));
}

/** A refusal as a value, for what is answered later. */
function caught(refusing: () => never): unknown {
  try {
    return refusing();
  } catch (error) {
    return error;
  }
}
