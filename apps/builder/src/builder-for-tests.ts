import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ApplicationId, BuildId, Digest, JobId } from '@almanac/domain';
import { createReach, openRuntimeDirectory, processesOf } from '@almanac/host';
import type { BuilderJob, JobResultInput } from '@almanac/protocol';
import { prepareToolchains } from './build/toolchain.ts';
import { createGit } from './git/git.ts';
import { createMirrors, type MirrorLimits } from './git/mirror.ts';
import { createOpenRemote } from './git/remote.ts';
import type { ArtifactClient } from './jobs/build-job.ts';
import { openChildRecords } from './jobs/child-records.ts';
import { runJob } from './jobs/run-job.ts';
import { openWorkplaces } from './jobs/workplace.ts';

type BuildWork = Extract<BuilderJob['work'], { kind: 'build' }>;

interface Built {
  readonly digest: Digest;
  readonly size: number;
}

/** Keeps artifacts in memory, and knows what was built, as the server would. */
export interface Shelf extends ArtifactClient {
  readonly blobs: Map<string, Buffer>;
  readonly built: Map<string, Built>;
}

function aShelf(): Shelf {
  const blobs = new Map<string, Buffer>();
  const built: Shelf['built'] = new Map();
  return {
    blobs,
    built,
    findReusableModules: async ({ body }) => ({
      modules: body.inputKeys.flatMap((inputKey) => {
        const found = built.get(inputKey);
        return found === undefined ? [] : [{ inputKey: inputKey as Digest, ...found }];
      }),
    }),
    findArtifact: async ({ params }) => {
      const size = blobs.get(params.digest)?.length ?? null;
      return { stored: size !== null, size };
    },
    putArtifact: async ({ params, content }) => {
      const bytes = Buffer.from(await new Response(content ?? null).arrayBuffer());
      const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
      if (digest !== params.digest) throw new Error(`sent ${digest} as ${params.digest}`);
      blobs.set(params.digest, bytes);
      return { size: bytes.length };
    },
  };
}

export interface BuilderForTests {
  readonly directory: string;
  readonly shelf: Shelf;
  /** Builds a commit, or the head of the branch, with everything else as given. */
  readonly build: (input: {
    readonly repository: string;
    readonly work?: Partial<Omit<BuildWork, 'limits'>> & { readonly limits?: Partial<BuildWork['limits']> };
    readonly signal?: AbortSignal;
  }) => Promise<{ readonly result: JobResultInput; readonly log: string }>;
  readonly inspect: (source: Partial<BuildWork['source']> & { readonly repository: string }) => Promise<JobResultInput>;
  readonly read: (work: {
    readonly repository: string;
    readonly path: string;
    readonly known?: string;
  }) => Promise<JobResultInput>;
  readonly makeBranch: (work: {
    readonly repository: string;
    readonly branch: string;
    readonly commit: string;
  }) => Promise<JobResultInput>;
  /** What jobs left in their directory. */
  readonly leftovers: () => readonly string[];
  readonly remove: () => Promise<void>;
}

/** A builder with everything that is real but the server: git, mirrors, toolchains, processes, files. */
export async function aBuilder(limits: Partial<MirrorLimits> = {}): Promise<BuilderForTests> {
  const directory = await mkdtemp(join(tmpdir(), 'almanac builder '));
  await chmod(directory, 0o711);
  const opened = await openRuntimeDirectory({ ALMANAC_RUNTIME_DIR: join(directory, 'runtime') });
  const runtime = 'directory' in opened ? opened.directory : undefined;
  const [workplace] = await openWorkplaces({ directory, runtime, count: 1 });
  if (workplace === undefined) throw new Error('no workplace');
  const shelf = aShelf();
  const git = createGit(join(directory, 'git'));
  const openRemote = createOpenRemote({ git, reach: createReach({ internal: ['127.0.0.1'], setting: 'OUTBOUND' }) });
  const tools = {
    client: shelf,
    git,
    openRemote,
    mirrors: createMirrors({
      git,
      openRemote,
      root: join(directory, 'mirrors'),
      limits: { seconds: 60, bytes: 1_000_000_000, ...limits },
    }),
    toolchains: await prepareToolchains({ directory, runtime }),
    children: await openChildRecords(join(directory, 'children')),
    workplace,
    sampleDirectory: join(directory, 'sample'),
  };
  let jobs = 0;
  const run = async (work: BuilderJob['work'], signal = new AbortController().signal) => {
    jobs += 1;
    let log = '';
    const session = {
      signal,
      log: (text: string) => {
        log += text;
      },
      close: async () => {},
    };
    const job: BuilderJob = { id: `job-${jobs}` as JobId, fence: 1, leaseSeconds: 30, work };
    const result = await runJob({ tools, job, session });
    if (result.kind === 'built') {
      for (const { inputKey, artifact } of result.modules) shelf.built.set(inputKey, artifact as Built);
    }
    return { result, log };
  };
  return {
    directory,
    shelf,
    build: ({ repository, work = {}, signal }) =>
      run(
        {
          kind: 'build',
          source: { repository, branch: 'main', manifestPath: 'almanac.yaml' },
          build: 'build-1' as BuildId,
          application: { id: 'application-1' as ApplicationId, name: 'shop' },
          knownCommits: [],
          ...work,
          limits: {
            seconds: 60,
            outputBytes: 1_000_000,
            artifactBytes: 100_000_000,
            memoryBytes: 2 ** 31,
            ...work.limits,
          },
        },
        signal,
      ),
    inspect: async (source) =>
      (await run({ kind: 'inspect', source: { branch: 'main', manifestPath: 'almanac.yaml', ...source } })).result,
    read: async ({ repository, path, known = null }) =>
      (await run({ kind: 'read', source: { repository, branch: 'main' }, path, known })).result,
    makeBranch: async ({ commit, ...source }) =>
      (await run({ kind: 'branch', source: { manifestPath: 'almanac.yaml', ...source }, commit })).result,
    leftovers: () => [
      ...listed(join(dirname(workplace.cache), '..', 'jobs')),
      ...listed(join(directory, 'children')),
      ...(workplace.account === undefined ? [] : processesOf(workplace.account).map((pid) => `process ${pid}`)),
    ],
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

function listed(directory: string): readonly string[] {
  return existsSync(directory) ? readdirSync(directory) : [];
}
