import { Server as TcpServer } from 'node:net';
import type { GatewayConfig, GatewayStats } from '@almanac/protocol/gateway';
import { InheritedSocket } from './inherited-socket.ts';
import { type FromSuccessor, fromPredecessor } from './succession-messages.ts';

/** Whom this gateway took over from, for as long as requests run there; its numbers for longer. */
export interface Predecessor {
  /** Makes it follow a configuration; gives its numbers by that, or its last ones when it has ended. */
  readonly follow: (config: GatewayConfig) => Promise<GatewayStats>;
  readonly stats: () => Promise<GatewayStats>;
  readonly lives: () => boolean;
  /** Lets it leave. */
  readonly ready: () => void;
}

/** What a successor begins with. */
export interface Inheritance {
  readonly config: GatewayConfig | null;
  /** Listening sockets, by the key of their listener. */
  readonly listeners: ReadonlyMap<string, InheritedSocket>;
  readonly predecessor: Predecessor;
}

/** Takes over from the gateway that started this process; undefined when nobody did. */
export function takeOver(): Promise<Inheritance | undefined> {
  const tell = (message: FromSuccessor) => void process.send?.(message);
  if (process.send === undefined) return Promise.resolve(undefined);
  const listeners = new Map<string, InheritedSocket>();
  const asked = new Map<number, (stats: GatewayStats) => void>();
  let questions = 0;
  let last: GatewayStats | undefined;
  let lives = true;
  const end = (stats: GatewayStats | undefined) => {
    lives = false;
    last = stats ?? last;
    for (const give of asked.values()) if (last !== undefined) give(withoutWork(last));
    asked.clear();
  };
  const ask = (config?: GatewayConfig) =>
    new Promise<GatewayStats>((resolve) => {
      if (!lives && last !== undefined) return resolve(withoutWork(last));
      questions += 1;
      asked.set(questions, resolve);
      return tell({ kind: 'question', question: questions, ...(config === undefined ? {} : { config }) });
    });
  const predecessor: Predecessor = {
    follow: ask,
    stats: () => ask(),
    lives: () => lives,
    ready: () => tell({ kind: 'ready' }),
  };
  return new Promise((resolve) => {
    process.once('disconnect', () => end(undefined));
    process.on('message', (raw, handle) => {
      const message = fromPredecessor.parse(raw);
      switch (message.kind) {
        case 'listener':
          if (handle instanceof TcpServer) listeners.set(message.key, new InheritedSocket(handle));
          break;
        case 'begin':
          last = message.stats;
          resolve({ config: message.config, listeners, predecessor });
          break;
        case 'stats':
          last = message.stats;
          asked.get(message.question)?.(message.stats);
          asked.delete(message.question);
          break;
        case 'ended':
          end(message.stats);
          break;
      }
    });
    tell({ kind: 'awake' });
  });
}

/** The numbers of a gateway that has ended: nothing runs there any more. */
function withoutWork(stats: GatewayStats): GatewayStats {
  return { ...stats, services: stats.services.map((each) => ({ ...each, held: 0, backends: [] })) };
}
