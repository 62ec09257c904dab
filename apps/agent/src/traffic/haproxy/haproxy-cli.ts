import { connect } from 'node:net';

/** HAProxy's command line: of the process that leads, or of one of its workers. */
export interface HaproxyCli {
  readonly ask: (command: string, worker?: number) => Promise<string>;
  /** Processes that serve: the current one first, then those that only end what they began. */
  readonly workers: () => Promise<readonly number[]>;
}

const patienceMs = 5000;

export function haproxyCli(path: string): HaproxyCli {
  const ask = (command: string, worker?: number): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(path);
      let answer = '';
      socket.setEncoding('utf8').setTimeout(patienceMs, () => socket.destroy(new Error('HAProxy does not answer')));
      socket.on('data', (chunk: string) => {
        answer += chunk;
      });
      socket.on('error', reject);
      socket.on('end', () => resolve(answer.trim()));
      socket.end(`${worker === undefined ? '' : `@!${worker} `}${command}\n`);
    });
  return {
    ask,
    workers: async () => {
      const lines = (await ask('show proc')).split('\n');
      return lines.flatMap((line) => {
        const [pid, type] = line.trim().split(/\s+/);
        return type === 'worker' ? [Number(pid)] : [];
      });
    },
  };
}
