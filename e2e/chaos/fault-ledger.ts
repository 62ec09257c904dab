import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What versions say of themselves, outside of everything that is killed. Times are those of `performance.now()`. */
export interface FaultLedger {
  readonly port: number;
  /** When the first process of a version began; undefined while there was none. */
  readonly began: (version: string) => number | undefined;
  /** When the fault of a version began. */
  readonly fired: (version: string) => number | undefined;
  /** When a process of a version told something last. */
  readonly heard: (version: string) => number | undefined;
  /** Whether a process of a version lives. */
  readonly lives: (version: string) => boolean;
  readonly close: () => Promise<void>;
}

export async function openFaultLedger(): Promise<FaultLedger> {
  const began = new Map<string, number>();
  const fired = new Map<string, number>();
  const heard = new Map<string, number>();
  const processes = new Map<string, number[]>();
  const server = createServer((request, response) => {
    const at = performance.now();
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    request.on('end', () => {
      const { version, what, pid } = JSON.parse(text) as { version: string; what: string; pid: number };
      const known = what === 'fault' ? fired : began;
      if (!known.has(version)) known.set(version, at);
      heard.set(version, at);
      processes.set(version, [...(processes.get(version) ?? []), pid]);
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    began: (version) => began.get(version),
    fired: (version) => fired.get(version),
    heard: (version) => heard.get(version),
    lives: (version) => (processes.get(version) ?? []).some((pid) => existsSync(`/proc/${pid}`)),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
