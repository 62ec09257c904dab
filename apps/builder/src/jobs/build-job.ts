import { createReadStream } from 'node:fs';
import { mkdir, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Client } from '@almanac/client';
import type { Digest } from '@almanac/domain';
import { failpoint } from '@almanac/host';
import type {
  BuilderJob,
  BuiltContract,
  BuiltModule,
  Evidence,
  JobResultInput,
  Manifest,
  ModuleManifest,
} from '@almanac/protocol';
import { describeContract } from '../build/describe-contract.ts';
import { describeImage } from '../build/image.ts';
import { inputKeyOf } from '../build/input-key.ts';
import { migrationKeyOf } from '../build/migration-key.ts';
import { packFolder } from '../build/pack.ts';
import { readContracts } from '../build/read-contracts.ts';
import { readTestReports, removeTestReports } from '../build/test-report.ts';
import type { Toolchain, Toolchains } from '../build/toolchain.ts';
import type { Git } from '../git/git.ts';
import { readCommits } from '../git/history.ts';
import type { Mirrors } from '../git/mirror.ts';
import { readPatches } from '../git/patches.ts';
import type { OpenRemote } from '../git/remote.ts';
import { type CommitTree, checkOut, contains, hashAt } from '../git/tree.ts';
import type { ChildRecords } from './child-records.ts';
import { failed, type Progress } from './job-fault.ts';
import type { JobSession } from './job-session.ts';
import { patiently } from './patiently.ts';
import { readManifest } from './read-manifest.ts';
import { runStep } from './run-step.ts';
import type { Workplace } from './workplace.ts';

type BuildWork = Extract<BuilderJob['work'], { kind: 'build' }>;

/** Where artifacts are kept and found again. */
export type ArtifactClient = Pick<Client, 'findReusableModules' | 'findArtifact' | 'putArtifact'>;

export interface BuildTools {
  readonly client: ArtifactClient;
  readonly git: Git;
  readonly mirrors: Mirrors;
  readonly openRemote: OpenRemote;
  readonly toolchains: Toolchains;
  readonly children: ChildRecords;
  readonly workplace: Workplace;
  /** A directory of this job alone; removed when it ends. */
  readonly directory: string;
}

interface PlannedModule {
  readonly name: string;
  readonly manifest: ModuleManifest;
  readonly toolchain: Toolchain;
  readonly inputKey: Digest;
  /** Null where the manifest does not say what its migration consists of. */
  readonly migration: Digest | null;
}

/** Turns a commit into artifacts; what was built before from the same input is taken over. */
export async function runBuild(input: {
  readonly tools: BuildTools;
  readonly job: BuilderJob;
  readonly work: BuildWork;
  readonly session: JobSession;
  readonly progress: Progress;
}): Promise<JobResultInput> {
  const { tools, work, session, progress, job } = input;
  const tree = await fetchTree(input);
  progress.commit = tree.commit;
  progress.commits = await readCommits({ ...tree, known: work.knownCommits });
  session.log(`commit ${tree.commit.slice(0, 8)}  ${progress.commits[0]?.subject ?? ''}\n`);

  const manifest = await readManifest(tree, work.source.manifestPath);
  if (manifest.application !== work.application.name) {
    throw failed(
      'application-renamed',
      `the manifest names the application ${manifest.application}, but it is known as ${work.application.name}. ` +
        `If that is meant, rename it first: almanac app rename ${work.application.name} ${manifest.application}`,
    );
  }
  const planned = await planModules({ tree, manifest, toolchains: tools.toolchains });
  const reusable = await patiently(session.signal, () =>
    tools.client.findReusableModules({
      params: { job: job.id },
      body: { fence: job.fence, inputKeys: planned.map((each) => each.inputKey) },
    }),
  );
  const made = await modulesThatMakeContracts(tree, planned);
  const known = new Map(
    reusable.modules
      .filter(({ inputKey }) => !made.some((each) => each.inputKey === inputKey))
      .map((each) => [each.inputKey, each]),
  );

  const checkout = join(tools.directory, 'source');
  if (planned.some((each) => !known.has(each.inputKey) || Object.keys(each.manifest.provides).length > 0)) {
    await checkOut(tree, checkout);
    await tools.workplace.give(checkout);
  }
  const modules: BuiltModule[] = [];
  const evidence: Evidence[] = [];
  const contracts: BuiltContract[] = [];
  const provide = async (module: PlannedModule): Promise<void> => {
    for (const each of await readContracts({ checkout, module, signal: session.signal, log: session.log })) {
      const { built, content } = describeContract(each);
      await storeArtifact({
        client: tools.client,
        digest: built.document,
        content: () => content,
        signal: session.signal,
      });
      contracts.push(built);
    }
  };
  for (const each of planned) {
    const earlier = known.get(each.inputKey);
    if (earlier !== undefined) {
      session.log(`\n${each.name}: nothing it depends on changed, the earlier artifact is used\n`);
      modules.push({
        name: each.name,
        inputKey: each.inputKey,
        artifact: { digest: earlier.digest, size: earlier.size },
        reused: true,
        durationMs: 0,
        migration: each.migration,
      });
      await provide(each);
      continue;
    }
    const built = await buildModule({ tools, work, session, tree, module: each, checkout, provide });
    modules.push(built.module);
    evidence.push(...built.evidence);
  }
  const index = await publishIndex({ client: tools.client, modules, signal: session.signal });
  session.log(`\nindex ${index}\n`);
  const patches = await readPatches({ ...tree, wanted: work.patches ?? [] });
  return {
    kind: 'built',
    commit: tree.commit,
    commits: [...progress.commits],
    index,
    manifest,
    modules,
    contracts,
    evidence,
    patches: [...patches],
  };
}

/** A contract that the commit does not hold is made by the build: its module must be built for it to be there. */
async function modulesThatMakeContracts(
  tree: CommitTree,
  planned: readonly PlannedModule[],
): Promise<readonly PlannedModule[]> {
  const found: PlannedModule[] = [];
  for (const each of planned) {
    const paths = Object.values(each.manifest.provides).map((path) => join(each.manifest.path, path));
    const held = await Promise.all(paths.map((path) => contains(tree, path)));
    if (held.includes(false)) found.push(each);
  }
  return found;
}

async function fetchTree(input: {
  readonly tools: BuildTools;
  readonly work: BuildWork;
  readonly session: JobSession;
}): Promise<CommitTree> {
  const { tools, work, session } = input;
  session.log(`fetching ${work.source.repository} (${work.source.branch})\n`);
  const common = { git: tools.git, signal: session.signal };
  if (work.commit === undefined) {
    const { directory, head } = await tools.mirrors.fetchBranch(work.source, session.signal);
    return { ...common, directory, commit: head };
  }
  const directory = await tools.mirrors.fetchCommit({ ...work.source, commit: work.commit }, session.signal);
  return { ...common, directory, commit: work.commit };
}

async function planModules(input: {
  readonly tree: CommitTree;
  readonly manifest: Manifest;
  readonly toolchains: Toolchains;
}): Promise<readonly PlannedModule[]> {
  const planned: PlannedModule[] = [];
  for (const [name, module] of Object.entries(input.manifest.modules)) {
    const toolchain = input.toolchains.resolve(module.toolchain, name);
    const pathHash = await hashAt(input.tree, { path: module.path, module: name });
    const inputHashes: string[] = [];
    for (const each of module.inputs) {
      inputHashes.push(await hashAt(input.tree, { path: join(module.path, each), module: name }));
    }
    planned.push({
      name,
      manifest: module,
      toolchain,
      inputKey: inputKeyOf({ module, pathHash, inputHashes, toolchain: toolchain.identity }),
      migration: await migrationKeyOf(input.tree, { name, module }),
    });
  }
  return planned;
}

async function buildModule(input: {
  readonly tools: BuildTools;
  readonly work: BuildWork;
  readonly session: JobSession;
  readonly tree: CommitTree;
  readonly module: PlannedModule;
  readonly checkout: string;
  /** Reads what the module provides: it may only be there now, and nobody uploads what is refused. */
  readonly provide: (module: PlannedModule) => Promise<void>;
}): Promise<{ readonly module: BuiltModule; readonly evidence: readonly Evidence[] }> {
  const { tools, work, session, module } = input;
  const startedAt = performance.now();
  const folder = join(input.checkout, module.manifest.path);
  const home = join(tools.directory, 'home');
  await mkdir(home, { recursive: true });
  await tools.workplace.give(home);
  const environment = {
    ...module.toolchain.environment,
    npm_config_cache: tools.workplace.cache,
    HOME: home,
    TMPDIR: home,
    LANG: 'C.UTF-8',
    CI: 'true',
    ALMANAC_APPLICATION: work.application.name,
    ALMANAC_MODULE: module.name,
    ALMANAC_COMMIT: input.tree.commit,
    SOURCE_DATE_EPOCH: (
      await tools.git.run(['--git-dir', input.tree.directory, 'show', '-s', '--format=%ct', input.tree.commit], {
        signal: session.signal,
      })
    ).trim(),
  };
  const step = {
    session,
    module: module.name,
    folder,
    environment,
    limits: work.limits,
    account: tools.workplace.account,
    children: tools.children,
  };
  if (module.manifest.build !== undefined) await runStep({ ...step, step: 'build', command: module.manifest.build });
  const evidence = await testModule({ step, module });
  await refuseLinkedFolder({ checkout: input.checkout, module });
  await input.provide(module);
  const packed = await packFolder({
    folder,
    into: join(tools.directory, `${module.name}.tar`),
    module: module.name,
    maxBytes: work.limits.artifactBytes,
    signal: session.signal,
  });
  const { stored } = await storeArtifact({
    client: tools.client,
    digest: packed.digest,
    content: () => Readable.toWeb(createReadStream(packed.file)) as ReadableStream<Uint8Array>,
    signal: session.signal,
  });
  await rm(packed.file, { force: true });
  session.log(
    `${module.name}: artifact ${packed.digest.slice(0, 19)}, ${(packed.size / 1024 / 1024).toFixed(1)} MiB${stored ? ', stored already' : ''}\n`,
  );
  return {
    module: {
      name: module.name,
      inputKey: module.inputKey,
      artifact: { digest: packed.digest, size: packed.size },
      reused: false,
      durationMs: Math.round(performance.now() - startedAt),
      migration: module.migration,
    },
    evidence,
  };
}

/** Commands own the checkout: a folder that they exchanged for a link would have the builder read elsewhere. */
async function refuseLinkedFolder(input: { readonly checkout: string; readonly module: PlannedModule }): Promise<void> {
  const { path } = input.module.manifest;
  const real = await realpath(join(input.checkout, path)).catch(() => undefined);
  if (real === join(await realpath(input.checkout), path).replace(/\/$/, '')) return;
  throw failed(
    'path-outside-repository',
    `the build of module ${input.module.name} exchanged its folder ${path} for a link, or removed it`,
    { module: input.module.name },
  );
}

type Step = Omit<Parameters<typeof runStep>[0], 'step' | 'command'>;

/** Runs the tests; their reports are evidence whether they pass or not. */
async function testModule(input: {
  readonly step: Step;
  readonly module: PlannedModule;
}): Promise<readonly Evidence[]> {
  const { step, module } = input;
  if (module.manifest.test === undefined) return [];
  const read = async () => {
    const found = await readTestReports({
      folder: step.folder,
      patterns: module.manifest.reports,
      module: module.name,
      onUnreadable: (name, reason) => step.session.log(`${module.name}: report ${name} cannot be read: ${reason}\n`),
    });
    return found === undefined ? [] : [found];
  };
  await runStep({ ...step, step: 'test', command: module.manifest.test, evidence: read });
  const evidence = await read();
  // Reports tell how long tests took: left in the artifact they would give the same files another digest each time.
  await removeTestReports({ folder: step.folder, patterns: module.manifest.reports });
  return evidence;
}

async function publishIndex(input: {
  readonly client: ArtifactClient;
  readonly modules: readonly BuiltModule[];
  readonly signal: AbortSignal;
}): Promise<Digest> {
  const image = describeImage(input.modules.map((each) => ({ name: each.name, layer: each.artifact })));
  for (const { digest, content } of [...image.others, image.index])
    await storeArtifact({ client: input.client, digest, content: () => new Uint8Array(content), signal: input.signal });
  return image.index.digest;
}

/** Sends content unless it is there; `content` gives it anew for each try. */
async function storeArtifact(input: {
  readonly client: ArtifactClient;
  readonly digest: Digest;
  readonly content: () => NonNullable<RequestInit['body']>;
  readonly signal: AbortSignal;
}): Promise<{ readonly stored: boolean }> {
  const { client, digest, signal } = input;
  return patiently(signal, async () => {
    const { stored } = await client.findArtifact({ params: { digest } });
    if (stored) return { stored };
    failpoint('job-before-upload');
    await client.putArtifact({ params: { digest }, content: input.content(), signal });
    failpoint('job-after-upload');
    return { stored };
  });
}
