import { connect, type Socket } from 'node:net';

const connections = 64;
/** Until this client and what it asks run compiled code; not counted. */
export const warmUpSeconds = 2;
/**
 * How long the client rests between two looks at the clock. A timer cannot be so short; a client that never rests takes
 * a processor from what it measures, and one that rests for a millisecond asks in bursts.
 */
const restMs = 0.05;

/** A request that was answered. Milliseconds; when it was due on the clock of `performance.now()`. */
export interface Answered {
  readonly dueAt: number;
  readonly latency: number;
}

/**
 * Asks at a constant rate over kept connections, whether earlier requests were answered or not. Latencies count from when
 * a request was due: who is late because an earlier one was slow counts as slow.
 *
 * It writes prepared bytes, counts the bytes of answers that are all alike, and allocates nothing for a request: its own
 * collections would be measured instead of the gateway.
 *
 * @throws {Error} when an answer is not 200, is not like the first, or a connection ends
 */
export async function steadyLoad(input: {
  readonly port: number;
  readonly host: string;
  readonly perSecond: number;
  readonly seconds: number;
}): Promise<readonly Answered[]> {
  const request = Buffer.from(`GET / HTTP/1.1\r\nHost: ${input.host}\r\n\r\n`, 'latin1');
  const { promise: failed, reject: fail } = Promise.withResolvers<never>();
  const everyMs = 1000 / input.perSecond;
  const warmUp = Math.round(input.perSecond * warmUpSeconds);
  const total = warmUp + Math.round(input.perSecond * input.seconds);
  const latencies = new Float64Array(total);
  const dueAt = new Float64Array(total);
  const due = new Float64Array(connections);
  const free: number[] = [];
  let answered = 0;
  const sockets = await Promise.all(
    Array.from(due.keys(), (index) =>
      connected(input.port, fail, () => {
        const at = due[index] ?? 0;
        dueAt[answered] = at;
        latencies[answered] = performance.now() - at;
        answered += 1;
        free.push(index);
      }),
    ),
  );
  free.push(...due.keys());
  const startedAt = performance.now();
  let asked = 0;
  const clock = new Int32Array(new SharedArrayBuffer(4));
  const ended = new Promise<void>((resolve) => {
    const turn = () => {
      const now = performance.now();
      for (; asked < total && startedAt + asked * everyMs <= now; asked += 1) {
        const index = free.shift();
        if (index === undefined) break;
        due[index] = startedAt + asked * everyMs;
        sockets[index]?.write(request);
      }
      if (answered === total) return resolve();
      Atomics.wait(clock, 0, 0, restMs);
      setImmediate(turn);
    };
    turn();
  });
  try {
    await Promise.race([ended, failed]);
  } finally {
    for (const socket of sockets) socket.removeAllListeners('close').destroy();
  }
  return Array.from(latencies.subarray(warmUp), (latency, index) => ({ latency, dueAt: dueAt[warmUp + index] ?? 0 }));
}

/** A connection that tells when an answer is there; one request at a time. */
function connected(port: number, fail: (error: Error) => void, onAnswer: () => void): Promise<Socket> {
  let length: number | undefined;
  let got = 0;
  const take = (size: number, bytes: Uint8Array) => {
    const isFirst = got === 0;
    got += size;
    if (isFirst && Buffer.from(bytes.buffer, bytes.byteOffset, 12).toString('latin1') !== 'HTTP/1.1 200')
      fail(new Error(`not 200: ${Buffer.from(bytes.subarray(0, size)).toString('latin1')}`));
    length ??= lengthOf(Buffer.from(bytes.subarray(0, size)).toString('latin1'));
    if (length === undefined || got > length) fail(new Error('an answer whose length is not known'));
    if (got !== length) return true;
    got = 0;
    onAnswer();
    return true;
  };
  return new Promise((resolve, reject) => {
    const onread = { buffer: Buffer.alloc(16_384), callback: take };
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread }, () => {
      socket.off('error', reject).on('error', fail);
      resolve(socket);
    });
    socket.once('error', reject);
    socket.once('close', () => fail(new Error('a connection was closed')));
  });
}

/** All bytes of an answer that begins so, head and body. */
function lengthOf(text: string): number | undefined {
  const headEnd = text.indexOf('\r\n\r\n');
  const body = /\r\ncontent-length: (\d+)/i.exec(text)?.[1];
  return headEnd < 0 || body === undefined ? undefined : headEnd + 4 + Number(body);
}
