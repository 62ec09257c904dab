import { z } from 'zod';
import { builtContract } from './contract.ts';
import { manifest } from './manifest.ts';
import { commitHash, digest, id, name } from './primitives.ts';

/** Where source comes from. Only `https:` and `file:` addresses and absolute paths are supported. */
export const source = z.object({
  repository: z.string().min(1).max(1000),
  branch: z.string().min(1).max(200),
  manifestPath: z.string().min(1).max(400),
});

/** Largest text file that is read for the server, in bytes. */
export const textFileMaxBytes = 64 * 1024;

/** One commit as the change log shows it. */
export const commitRecord = z.object({
  hash: commitHash,
  parents: z.array(commitHash),
  author: z.string().max(200),
  at: z.iso.datetime(),
  subject: z.string().max(500),
});
export type CommitRecord = z.output<typeof commitRecord>;

/** Tells equal changes under different commits: `git patch-id --stable`. */
export const commitPatch = z.object({ commit: commitHash, patch: commitHash });
export type CommitPatch = z.output<typeof commitPatch>;

/** What a builder is asked to do; `fence` must be sent with everything that concerns the job. */
export const builderJob = z.object({
  id: id<'job'>(),
  fence: z.int().positive(),
  /** Seconds without a heartbeat after which the job is given to another builder. */
  leaseSeconds: z.number(),
  work: z.discriminatedUnion('kind', [
    /** Read the manifest at the head of a branch. */
    z.object({ kind: z.literal('inspect'), source }),
    /** Say where the branch points now. */
    z.object({ kind: z.literal('resolve'), source }),
    /** Read a text file at the head of a branch, unless that is the commit which is known. */
    z.object({
      kind: z.literal('read'),
      source: source.omit({ manifestPath: true }),
      path: z.string().min(1).max(400),
      known: commitHash.nullable(),
    }),
    z.object({
      kind: z.literal('build'),
      source,
      build: id<'build'>(),
      application: z.object({ id: id<'application'>(), name }),
      /** The commit to build; absent for the head of the branch. */
      commit: commitHash.optional(),
      /** Commits that the server knows already: history is reported back to them. */
      knownCommits: z.array(commitHash),
      /** Histories whose patches the server wants to know: of these commits, back to `since`. */
      patches: z
        .array(z.object({ since: commitHash, of: z.array(commitHash).max(20) }))
        .max(20)
        .optional(),
      limits: z.object({
        seconds: z.number(),
        outputBytes: z.number(),
        artifactBytes: z.number(),
        memoryBytes: z.number(),
      }),
    }),
    /** Make the branch of the source at a commit, where the repository lets us. */
    z.object({ kind: z.literal('branch'), source, commit: commitHash }),
    /** Make the repositories of the sample estate and say where they are. */
    z.object({ kind: z.literal('sample') }),
  ]),
});
export type BuilderJob = z.output<typeof builderJob>;

export const evidence = z.object({
  module: name,
  kind: z.literal('tests'),
  passed: z.int(),
  failed: z.int(),
  skipped: z.int(),
  durationMs: z.number(),
  failures: z.array(z.object({ suite: z.string(), test: z.string(), message: z.string() })).max(100),
});
export type Evidence = z.output<typeof evidence>;

export const builtModule = z.object({
  name,
  /** SHA-256 over the git trees of path and inputs, the module's part of the manifest, and the toolchain. */
  inputKey: digest,
  /** The module's tar, uncompressed, entries sorted, metadata normalised. */
  artifact: z.object({ digest, size: z.int() }),
  reused: z.boolean(),
  durationMs: z.number(),
  /** What its migration consists of, where the manifest says so. */
  migration: digest.nullable().default(null),
});
export type BuiltModule = z.output<typeof builtModule>;

/** Why a job ended without success. `failed`: the input said no. `errored`: we broke, trying again may help. */
export const jobFault = z.object({
  outcome: z.enum(['failed', 'errored', 'cancelled']),
  code: z.enum([
    'repository-unreachable',
    'repository-refused',
    'repository-too-large',
    'branch-missing',
    'branch-taken',
    'commit-missing',
    'manifest-missing',
    'manifest-invalid',
    'file-missing',
    'file-invalid',
    'path-outside-repository',
    'application-renamed',
    'contract-invalid',
    'command-failed',
    'tests-failed',
    'timed-out',
    'output-too-large',
    'artifact-too-large',
    'out-of-memory',
    'disk-full',
    'cancelled',
    'builder-error',
  ]),
  /** What went wrong and what to do about it, in a sentence or two. */
  detail: z.string(),
  module: name.optional(),
  faults: z.array(z.object({ path: z.string(), line: z.int(), column: z.int(), detail: z.string() })).optional(),
});
export type JobFault = z.output<typeof jobFault>;

export const jobResult = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('fault'),
    fault: jobFault,
    evidence: z.array(evidence).default([]),
    commit: commitHash.optional(),
    commits: z.array(commitRecord).default([]),
  }),
  z.object({ kind: z.literal('inspected'), commit: commitRecord, manifest }),
  z.object({ kind: z.literal('resolved'), commit: commitHash }),
  /** `text` is null where the commit is the one that was known. */
  z.object({ kind: z.literal('read'), commit: commitHash, text: z.string().max(textFileMaxBytes).nullable() }),
  z.object({
    kind: z.literal('built'),
    commit: commitHash,
    /** Newest first, back to a known commit or 500 of them. */
    commits: z.array(commitRecord),
    /** Digest of the OCI index (uploaded like any blob) that names one manifest per module. */
    index: digest,
    manifest,
    modules: z.array(builtModule),
    /** Absent from builders that do not read contracts. */
    contracts: z.array(builtContract).max(500).default([]),
    evidence: z.array(evidence),
    patches: z.array(commitPatch).max(5000).default([]),
  }),
  z.object({
    kind: z.literal('branch-made'),
    /** False where the repository does not let us; somebody else has to make it. */
    made: z.boolean(),
    detail: z.string().nullable(),
  }),
  z.object({
    kind: z.literal('sample-made'),
    repositories: z.array(z.object({ name, repository: z.string(), branch: z.string() })),
  }),
]);
export type JobResult = z.output<typeof jobResult>;
export type JobResultInput = z.input<typeof jobResult>;
