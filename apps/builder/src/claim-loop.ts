import type { Client } from '@almanac/client';
import { failpoint, type Mask } from '@almanac/host';
import type { BuilderJob, JobResultInput } from '@almanac/protocol';
import type { Logger } from 'pino';
import { isLost, openJobSession } from './jobs/job-session.ts';
import { backOff, patiently, pause } from './jobs/patiently.ts';
import { type JobTools, runJob } from './jobs/run-job.ts';

export interface ClaimLoop {
  readonly client: Client;
  readonly tools: JobTools;
  readonly name: string;
  readonly log: Logger;
  /** Blackens the builder's own secrets in the logs of builds. */
  readonly mask: Mask;
  /** Fires when the builder stops: no new job is claimed, running ones are given back. */
  readonly stopping: AbortSignal;
}

/** Claims and carries out jobs, one at a time, until the builder stops. */
export async function claimJobs(loop: ClaimLoop): Promise<void> {
  let failures = 0;
  while (!loop.stopping.aborted) {
    try {
      const { job } = await loop.client.claimJob({ body: { builder: loop.name, wait: 20 }, signal: loop.stopping });
      failures = 0;
      if (job !== null) await carryOut(loop, job);
    } catch (error) {
      if (loop.stopping.aborted) return;
      if (failures === 0) loop.log.warn({ reason: reasonOf(error) }, 'cannot claim a job; trying again');
      failures += 1;
      await pause(backOff(failures), loop.stopping);
    }
  }
}

/** Looks that are taken every few seconds: only what goes wrong with them is worth a line. */
const quiet = new Set<BuilderJob['work']['kind']>(['resolve', 'read']);

async function carryOut(loop: ClaimLoop, job: BuilderJob): Promise<void> {
  const { log } = loop;
  const startedAt = performance.now();
  failpoint('job-after-claim');
  if (!quiet.has(job.work.kind)) log.info({ job: job.id, kind: job.work.kind }, 'job started');
  const session = openJobSession({ client: loop.client, job, stopping: loop.stopping, mask: loop.mask });
  const result = await runJob({ tools: loop.tools, job, session });
  await session.close();
  if (session.signal.aborted && session.signal.reason === 'lost') {
    log.warn({ job: job.id }, 'job was given to another builder; its result is dropped');
    return;
  }
  // A builder that stops says nothing: the lease runs out and another builder takes the job over.
  if (loop.stopping.aborted && result.kind === 'fault') return;
  failpoint('job-before-complete');
  await complete(loop, job, result);
  failpoint('job-after-complete');
  const outcome = result.kind === 'fault' ? result.fault.code : result.kind;
  if (!quiet.has(job.work.kind) || result.kind === 'fault') {
    log.info({ job: job.id, outcome, seconds: Math.round((performance.now() - startedAt) / 100) / 10 }, 'job ended');
  }
}

/** Says the result until it is heard: repeating does no harm. */
async function complete(loop: ClaimLoop, job: BuilderJob, result: JobResultInput): Promise<void> {
  try {
    await patiently(loop.stopping, () =>
      loop.client.completeJob({ params: { job: job.id }, body: { fence: job.fence, result } }),
    );
  } catch (error) {
    if (!isLost(error)) throw error;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
