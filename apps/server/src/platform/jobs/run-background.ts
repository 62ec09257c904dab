import { Logger, run, runMigrations, type TaskList } from 'graphile-worker';
import type pg from 'pg';
import type { BackgroundContext, Feature } from '../feature/index.ts';

export interface BackgroundWork {
  readonly stop: () => Promise<void>;
}

type Complain = (error: unknown, what: string) => void;

/** Makes the tables of the job queue; commands add jobs in their own transactions from then on. */
export async function prepareJobs(pool: pg.Pool): Promise<void> {
  await runMigrations({ pgPool: pool, logger: quiet });
}

const quiet = new Logger(() => () => undefined);

/** Runs the tasks of all features on jobs, and their periodic work, until it is stopped. */
export async function runBackground(input: {
  readonly pool: pg.Pool;
  readonly features: readonly Feature[];
  readonly context: Omit<BackgroundContext, 'signal'>;
  readonly complain: Complain;
}): Promise<BackgroundWork> {
  const stopping = new AbortController();
  const context: BackgroundContext = { ...input.context, signal: stopping.signal };
  const tasks: TaskList = Object.fromEntries(
    input.features
      .flatMap((feature) => feature.tasks ?? [])
      .map((task) => [
        task.name,
        async (payload: unknown) => {
          try {
            await task.run(context, payload);
          } catch (error) {
            input.complain(error, `task ${task.name}`);
            throw error;
          }
        },
      ]),
  );
  const runner = await run({
    pgPool: input.pool,
    taskList: tasks,
    concurrency: 4,
    pollInterval: 1000,
    noHandleSignals: true,
    logger: quiet,
  });
  const loops = input.features
    .flatMap((feature) => feature.periodics ?? [])
    .map((periodic) =>
      repeat({
        everyMs: periodic.everyMs,
        signal: stopping.signal,
        work: () => periodic.run(context),
        complain: (error) => input.complain(error, `periodic ${periodic.name}`),
      }),
    );
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(loops);
      await runner.stop();
    },
  };
}

async function repeat(input: {
  readonly everyMs: number;
  readonly signal: AbortSignal;
  readonly work: () => Promise<void>;
  readonly complain: (error: unknown) => void;
}): Promise<void> {
  while (!input.signal.aborted) {
    await input.work().catch((error: unknown) => {
      if (!input.signal.aborted) input.complain(error);
    });
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        input.signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, input.everyMs);
      input.signal.addEventListener('abort', done, { once: true });
      if (input.signal.aborted) done();
    });
  }
}
