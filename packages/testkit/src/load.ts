import { Agent, request } from 'node:http';

export interface LoadResult {
  readonly sent: number;
  readonly answered: number;
  /** Everything that was not answered with 2xx, in words, with how often it happened. */
  readonly lost: Readonly<Record<string, number>>;
}

export interface Load {
  readonly stop: () => Promise<LoadResult>;
}

/**
 * Sends requests at a constant rate, whether earlier ones were answered or not, over connections that are kept; one in
 * five is a POST. A request that waits is not lost until its connection breaks or 60 seconds have passed. Kept connections
 * are asked in turn: one that nobody asks again would never hear that it is to leave.
 */
export function startLoad(input: {
  readonly port: number;
  readonly host: string;
  readonly path: string;
  readonly perSecond: number;
}): Load {
  const agent = new Agent({ keepAlive: true, maxSockets: 256, scheduling: 'fifo' });
  const lost = new Map<string, number>();
  const open = new Set<Promise<void>>();
  let sent = 0;
  let answered = 0;
  const lose = (why: string) => lost.set(why, (lost.get(why) ?? 0) + 1);
  const send = (method: string) =>
    new Promise<void>((resolve) => {
      const asked = request(
        {
          host: '127.0.0.1',
          port: input.port,
          path: input.path,
          method,
          agent,
          timeout: 60_000,
          headers: { host: input.host, ...(method === 'POST' ? { 'content-length': '2' } : {}) },
        },
        (response) => {
          response.resume();
          response.on('error', (error) => lose(`while answering: ${error.message}`));
          response.on('end', () => {
            const status = response.statusCode ?? 0;
            // The path takes no POST: that the application itself says so is an answer.
            if (status < 300 || (method === 'POST' && status < 500)) answered += 1;
            else lose(`${method} ${status}`);
          });
          response.on('close', resolve);
        },
      );
      asked.on('timeout', () => asked.destroy(new Error('no answer within 60 seconds')));
      asked.on('error', (error) => {
        lose(`${method} ${error.message}`);
        resolve();
      });
      asked.end(method === 'POST' ? '{}' : undefined);
    });
  const startedAt = performance.now();
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedAt) / 1000) * input.perSecond);
    for (; sent < due; sent += 1) {
      const one = send(sent % 5 === 4 ? 'POST' : 'GET').finally(() => open.delete(one));
      open.add(one);
    }
  }, 5);
  return {
    stop: async () => {
      clearInterval(timer);
      await Promise.all(open);
      agent.destroy();
      return { sent, answered, lost: Object.fromEntries(lost) };
    },
  };
}
