import { Agent, request } from 'node:http';

/**
 * Asks at a constant rate over kept connections, whether earlier requests were answered or not, and gives the 99th
 * percentile in milliseconds, from when a request was due: who is late because an earlier one was slow counts as slow.
 *
 * @throws {Error} when an answer is not 200
 */
export async function steadyP99(input: {
  readonly port: number;
  readonly host: string;
  readonly perSecond: number;
  readonly seconds: number;
}): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const times: number[] = [];
  const running: Promise<void>[] = [];
  const startedAt = performance.now();
  const total = input.perSecond * input.seconds;
  const ask = (due: number) =>
    new Promise<void>((resolve, reject) => {
      const asked = request(
        { host: '127.0.0.1', port: input.port, agent, headers: { host: input.host } },
        (response) => {
          response.resume();
          response.on('end', () => {
            times.push(performance.now() - due);
            if (response.statusCode === 200) resolve();
            else reject(new Error(`status ${response.statusCode}`));
          });
        },
      );
      asked.on('error', reject);
      asked.end();
    });
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const due = Math.min(total, ((performance.now() - startedAt) / 1000) * input.perSecond);
      while (running.length < due) running.push(ask(startedAt + (running.length / input.perSecond) * 1000));
      if (running.length < total) return;
      clearInterval(timer);
      resolve();
    }, 1);
  });
  await Promise.all(running);
  agent.destroy();
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? Number.NaN;
}
