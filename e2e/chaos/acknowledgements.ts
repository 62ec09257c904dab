import { setTimeout as pause } from 'node:timers/promises';
import { type Client, ConnectionError, ProblemError } from '@almanac/client';

const application = 'effects';
const environment = 'production';
const key = 'COUNTER';

/**
 * The ledger of what a server acknowledged, kept where nobody kills it: each writer writes growing numbers into a place
 * of its own, one after the other, so what is read there must be at least the last number that was acknowledged, and at
 * most the last one that was tried.
 */
export interface Acknowledgements {
  /** Acknowledged writes within the last so many milliseconds. */
  readonly within: (ms: number) => number;
  /** The last number that each writer was told to be there, by its place. */
  readonly acknowledged: () => ReadonlyMap<string, number>;
  readonly totals: () => { readonly acknowledged: number; readonly unknown: number };
  /** What was acknowledged and is not there, in words; empty when all is well. */
  readonly missing: () => Promise<readonly string[]>;
  readonly stop: () => Promise<void>;
}

interface Writer {
  readonly selector: string;
  acknowledged: number;
  tried: number;
}

/** Starts writers that go on, over every fault, until they are stopped. */
export function startWriters(client: Client, count: number): Acknowledgements {
  const writers: Writer[] = Array.from({ length: count }, (_, index) => ({
    selector: `writer=${index}`,
    acknowledged: 0,
    tried: 0,
  }));
  const recent: number[] = [];
  let acknowledged = 0;
  let unknown = 0;
  let stopped = false;
  const write = async (writer: Writer): Promise<void> => {
    while (!stopped) {
      writer.tried += 1;
      try {
        await client.setSetting({
          params: { application, key },
          body: { value: String(writer.tried), place: { environment, level: 'label', selector: writer.selector } },
        });
        writer.acknowledged = writer.tried;
        acknowledged += 1;
        recent.push(performance.now());
        if (recent.length > 2000) recent.splice(0, 1000);
      } catch (error) {
        if (!isUnknown(error)) throw error;
        if (!isUnsent(error)) unknown += 1;
        await pause(100);
      }
    }
  };
  const running = Promise.all(writers.map(write));
  return {
    within: (ms) => {
      const since = performance.now() - ms;
      return recent.filter((at) => at >= since).length;
    },
    acknowledged: () => new Map(writers.map((each) => [each.selector, each.acknowledged])),
    totals: () => ({ acknowledged, unknown }),
    missing: async () => {
      // What is tried while we read may be read or not; what was acknowledged before must be.
      const before = writers.map(({ selector, acknowledged: least }) => ({ selector, least }));
      const { settings } = await client.listSettings({ params: { application } });
      const found = new Map(
        settings.find((each) => each.key === key)?.values.map((each) => [each.selector, Number(each.value)]),
      );
      return before.flatMap(({ selector, least }, index) => {
        const value = found.get(selector) ?? 0;
        const most = writers[index]?.tried ?? 0;
        if (value >= least && value <= most) return [];
        return [`${selector}: ${value} is there, ${least} was acknowledged, ${most} was tried`];
      });
    },
    stop: async () => {
      stopped = true;
      await running;
    },
  };
}

/** Whether a call may have had its effect or not: nobody answered, or the server broke while it worked. */
function isUnknown(error: unknown): boolean {
  return error instanceof ConnectionError || (error instanceof ProblemError && error.problem.status >= 500);
}

/** Nobody listened: the call cannot have had an effect. */
function isUnsent(error: unknown): boolean {
  const cause = error instanceof ConnectionError && error.cause instanceof Error ? error.cause.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED';
}

/** Repeats a call until it is answered; with the same key, if it takes one, so that it has one effect. */
export async function untilAnswered<Answer>(call: () => Promise<Answer>, signal?: AbortSignal): Promise<Answer> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!isUnknown(error) || signal?.aborted === true) throw error;
      await pause(50);
    }
  }
}
