import { Agent, request } from 'node:http';

interface Answered {
  readonly at: number;
  /** The version that answered; undefined where nobody did. */
  readonly version: string | undefined;
  readonly well: boolean;
}

/** So long without an answer is no chance. */
const quietMs = 1000;

function isGood(answer: Answered, good: string): boolean {
  return answer.well && answer.version === good;
}

/** What people got of an application. Times are those of `performance.now()`. */
export interface AnswerWatch {
  /** Since when `good` gives every answer, and gives them; undefined while it does not. */
  readonly aloneSince: (good: string, since: number) => number | undefined;
  /** The longest time without a good answer of `good` since a time, in seconds. */
  readonly longestWithout: (good: string, since: number) => number;
  /** How many requests got no good answer of anybody since a time. */
  readonly lost: (since: number) => number;
  readonly stop: () => Promise<void>;
}

/** Asks an application again and again at a constant rate, whether earlier requests were answered or not. */
export function watchAnswers(input: {
  readonly port: number;
  readonly host: string;
  readonly perSecond: number;
}): AnswerWatch {
  const agent = new Agent({ keepAlive: true, maxSockets: 1024 });
  const answers: Answered[] = [];
  const open = new Set<Promise<void>>();
  const ask = () =>
    new Promise<void>((resolve) => {
      const end = (version: string | undefined, well: boolean) => {
        answers.push({ at: performance.now(), version, well });
        resolve();
      };
      const asked = request(
        { host: '127.0.0.1', port: input.port, path: '/', agent, headers: { host: input.host }, timeout: 60_000 },
        (response) => {
          response.resume();
          const version = response.headers['x-version'];
          response.on('error', () => end(undefined, false));
          response.on('end', () =>
            end(version === undefined ? undefined : String(version), response.statusCode === 200),
          );
        },
      );
      asked.on('timeout', () => asked.destroy(new Error('no answer')));
      asked.on('error', () => end(undefined, false));
      asked.end();
    });
  const timer = setInterval(() => {
    const one = ask().finally(() => open.delete(one));
    open.add(one);
  }, 1000 / input.perSecond);
  const since = (time: number) => answers.filter((each) => each.at >= time);
  /** Times without a good answer; the last one is not over yet. */
  const gapsOf = (good: string, time: number) => {
    const times = since(time).flatMap((each) => (isGood(each, good) ? [each.at] : []));
    const ends = [...times, performance.now()];
    return ends.map((to, index) => ({ from: times[index - 1] ?? time, to, isOpen: index === ends.length - 1 }));
  };
  return {
    aloneSince: (good, time) => {
      const other = since(time).findLast((each) => !isGood(each, good))?.at ?? time;
      const quiet = gapsOf(good, time).findLast(({ from, to }) => to - from > quietMs);
      if (quiet?.isOpen === true) return undefined;
      return Math.max(other, quiet?.to ?? time);
    },
    longestWithout: (good, time) => Math.max(0, ...gapsOf(good, time).map(({ from, to }) => to - from)) / 1000,
    lost: (time) => since(time).filter((each) => !each.well).length,
    stop: async () => {
      clearInterval(timer);
      await Promise.all(open);
      agent.destroy();
    },
  };
}
