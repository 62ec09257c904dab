import { type ChildProcess, spawn } from 'node:child_process';
import type { GatewayConfig, GatewayStats } from '@almanac/protocol/gateway';
import type { Gateway } from './gateway.ts';
import { type FromPredecessor, type FromSuccessor, fromSuccessor } from './succession-messages.ts';

export interface HandOver {
  readonly gateway: Gateway;
  /** The numbers since the first of the succession began. */
  readonly stats: () => Promise<GatewayStats>;
  readonly config: GatewayConfig | undefined;
  /** The executable and all of its arguments. */
  readonly command: readonly string[];
}

/** A successor that does not serve by then is given up. */
const patienceMs = 20_000;

/**
 * Starts a successor and gives it the listening sockets: from then on both have the same queue of connections that were
 * not accepted yet, so that none is lost when this one stops accepting. Resolves when the successor serves.
 *
 * @throws {Error} when it does not come to that; this gateway then goes on as if nothing had been
 */
export async function handOver({ gateway, stats, config, command }: HandOver): Promise<ChildProcess> {
  const [executable = '', ...args] = command;
  // In a session of its own, as the one that the agent started: whoever ends this one's group does not mean it.
  const child = spawn(executable, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], detached: true });
  try {
    await said(child, 'awake');
    for (const [key, server] of gateway.listening()) {
      const message: FromPredecessor = { kind: 'listener', key };
      await new Promise<void>((resolve, reject) => {
        child.send(message, server, (error) => (error === null ? resolve() : reject(error)));
      });
    }
    const ready = said(child, 'ready');
    tell(child, { kind: 'begin', config: config ?? null, stats: await stats() });
    await ready;
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  child.on('message', (raw) => {
    const message = fromSuccessor.parse(raw);
    if (message.kind !== 'question') return;
    if (message.config !== undefined) gateway.apply(message.config);
    void stats().then((now) => tell(child, { kind: 'stats', question: message.question, stats: now }));
  });
  return child;
}

/** Says the last numbers to a successor, once nothing runs here any more. */
export async function sayLast(child: ChildProcess, stats: GatewayStats): Promise<void> {
  if (!child.connected) return;
  const message: FromPredecessor = { kind: 'ended', stats };
  await new Promise<void>((resolve) => {
    child.send(message, () => resolve());
  });
}

function tell(child: ChildProcess, message: FromPredecessor): void {
  if (child.connected) child.send(message);
}

function said(child: ChildProcess, kind: FromSuccessor['kind']): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error) => {
      clearTimeout(limit);
      child.off('message', heard).off('error', done).off('exit', exited);
      if (error === undefined) resolve();
      else reject(error);
    };
    const heard = (raw: unknown) => {
      if (fromSuccessor.safeParse(raw).data?.kind === kind) done();
    };
    const exited = () => done(new Error('the successor ended before it served'));
    const limit = setTimeout(() => done(new Error(`the successor was not ${kind} in time`)), patienceMs);
    child.on('message', heard).on('error', done).on('exit', exited);
  });
}
