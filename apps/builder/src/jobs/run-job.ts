import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type BuilderJob, type JobResultInput, textFileMaxBytes } from '@almanac/protocol';
import { readCommits } from '../git/history.ts';
import { makeBranch } from '../git/make-branch.ts';
import { readText } from '../git/tree.ts';
import { type BuildTools, runBuild } from './build-job.ts';
import { failed, JobFault, type Progress } from './job-fault.ts';
import type { JobSession } from './job-session.ts';
import { readManifest } from './read-manifest.ts';

export interface JobTools extends Omit<BuildTools, 'directory'> {
  readonly sampleDirectory: string;
}

/** Carries out one job; whatever goes wrong becomes a result, except the loss of the job itself. */
export async function runJob(input: {
  readonly tools: JobTools;
  readonly job: BuilderJob;
  readonly session: JobSession;
}): Promise<JobResultInput> {
  const { tools, job, session } = input;
  const progress: Progress = { commits: [] };
  const directory = await tools.workplace.open(job.id);
  try {
    return await carryOut({ tools, job, session, progress, directory });
  } catch (error) {
    if (session.signal.aborted) return aborted(session.signal.reason, progress);
    return faultResult(error, progress);
  } finally {
    await tools.workplace.clear(directory);
  }
}

async function carryOut(input: {
  readonly tools: JobTools;
  readonly job: BuilderJob;
  readonly session: JobSession;
  readonly progress: Progress;
  readonly directory: string;
}): Promise<JobResultInput> {
  const { tools, job, session } = input;
  const { work } = job;
  switch (work.kind) {
    case 'build':
      return runBuild({
        tools: { ...tools, directory: input.directory },
        job,
        work,
        session,
        progress: input.progress,
      });
    case 'resolve': {
      const { head } = await tools.mirrors.fetchBranch(work.source, session.signal);
      return { kind: 'resolved', commit: head };
    }
    case 'read': {
      const { directory, head } = await tools.mirrors.fetchBranch(work.source, session.signal);
      if (head === work.known) return { kind: 'read', commit: head, text: null };
      input.progress.commit = head;
      const tree = { git: tools.git, directory, commit: head, signal: session.signal };
      const text = await readText(tree, { path: work.path, kind: 'file', maxBytes: textFileMaxBytes });
      // No document that people write holds this character, and no database keeps it.
      if (text.includes('\0')) throw failed('file-invalid', `${work.path} is no text`);
      return { kind: 'read', commit: head, text };
    }
    case 'inspect': {
      const { directory, head } = await tools.mirrors.fetchBranch(work.source, session.signal);
      const tree = { git: tools.git, directory, commit: head, signal: session.signal };
      const manifest = await readManifest(tree, work.source.manifestPath);
      const [commit] = await readCommits({ ...tree, known: [], limit: 1 });
      if (commit === undefined) throw new Error(`commit ${head} has no record`);
      return { kind: 'inspected', commit, manifest };
    }
    case 'branch':
      return makeBranch({ ...tools, source: work.source, commit: work.commit, signal: session.signal });
    case 'sample':
      return makeSample(tools.sampleDirectory);
  }
}

/** The sample is made by a program of its own: the builder knows nothing of what is in it. */
async function makeSample(into: string): Promise<JobResultInput> {
  const program = fileURLToPath(new URL('../../../../examples/make-repositories.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [program, '--into', into], {
    timeout: 120_000,
    maxBuffer: 1_000_000,
  });
  const made = JSON.parse(stdout) as readonly {
    readonly name: string;
    readonly path: string;
    readonly branch: string;
  }[];
  return {
    kind: 'sample-made',
    repositories: made.map(({ name, path, branch }) => ({ name, repository: path, branch })),
  };
}

function aborted(reason: unknown, progress: Progress): JobResultInput {
  const detail =
    reason === 'cancelled' ? 'the build was cancelled' : 'the builder was stopped; another one will take over';
  const outcome = reason === 'cancelled' ? 'cancelled' : 'errored';
  return withProgress({ outcome, code: outcome === 'cancelled' ? 'cancelled' : 'builder-error', detail }, progress, []);
}

function faultResult(error: unknown, progress: Progress): JobResultInput {
  if (error instanceof JobFault) return withProgress(error.fault, progress, error.evidence);
  const message = error instanceof Error ? error.message : String(error);
  const full = error instanceof Error && 'code' in error && error.code === 'ENOSPC';
  const fault = full
    ? ({
        outcome: 'errored',
        code: 'disk-full',
        detail: 'no space is left on the builder; free some and build again',
      } as const)
    : ({ outcome: 'errored', code: 'builder-error', detail: `the builder failed: ${message}` } as const);
  return withProgress(fault, progress, []);
}

function withProgress(fault: JobFault['fault'], progress: Progress, evidence: JobFault['evidence']): JobResultInput {
  return {
    kind: 'fault',
    fault,
    evidence: [...evidence],
    commits: [...progress.commits],
    ...(progress.commit === undefined ? {} : { commit: progress.commit }),
  };
}
