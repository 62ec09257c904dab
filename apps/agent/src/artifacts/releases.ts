import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import type { Digest } from '@almanac/domain';
import type { DesiredApplication, DesiredModule } from '@almanac/protocol';
import type { SiteFiles } from '../files/site-files.ts';
import type { Bandwidth } from './bandwidth.ts';
import { type Blobs, NotConnected } from './blobs.ts';
import { type ArtifactLink, TokenRefused } from './fetch-content.ts';
import { lookAtSealed, type ReadFiles, unsealed, writeSeal } from './seal.ts';
import { putBack, unpack } from './unpack.ts';

/** Where the artifacts of one site come from. */
export interface ReleaseSource {
  readonly server: string;
  readonly blobs: Blobs;
  readonly bandwidth: Bandwidth;
  /** What the connection allows; undefined while there is none. */
  readonly access: () => { readonly token: string; readonly transfers: boolean } | undefined;
  /** The server does not take the token any more: another connection brings another one. */
  readonly renewAccess: () => void;
  /** Artifacts that this site had of an application, those of the module first. */
  readonly earlier: (application: string, module: string) => readonly Digest[];
}

/** The files of modules, unpacked and ready to run. */
export interface Releases {
  /** Where the files of a module are; `application` is its id. */
  readonly directoryOf: (application: string, module: DesiredModule) => string;
  readonly isReady: (application: DesiredApplication) => boolean;
  /** Brings all modules of an application; what is there already is not fetched. */
  readonly prepare: (
    application: DesiredApplication,
    options: { readonly signal: AbortSignal; readonly onProgress: (done: number, total: number) => void },
  ) => Promise<void>;
  /**
   * The files of an application that are not what was brought: changed or gone. What was added is not looked at: as an
   * ordinary user applications write beside their files. `full` reads every file; otherwise only those whose size, time
   * or place on the disk changed since they were read last.
   */
  readonly look: (
    application: DesiredApplication,
    options: { readonly full: boolean },
  ) => Promise<{ readonly files: number; readonly changed: readonly ChangedFile[] }>;
  /** Puts files back as they were brought, while the application runs. */
  readonly repair: (
    application: DesiredApplication,
    options: { readonly changed: readonly ChangedFile[]; readonly signal: AbortSignal },
  ) => Promise<void>;
  /** Removes the releases of applications that nothing wanted needs, and artifacts that nothing wanted for long. */
  readonly collect: (applications: readonly string[], wanted: readonly DesiredApplication[]) => Promise<void>;
}

export interface ChangedFile {
  readonly module: string;
  readonly name: string;
  readonly how: 'changed' | 'gone';
}

interface BringOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (done: number) => void;
}

export function createReleases(input: { readonly files: SiteFiles; readonly source: ReleaseSource }): Releases {
  const { source, files } = input;
  const read: ReadFiles = new Map();
  const rootOf = (application: string) => join(files.directoryOf(application), 'releases');
  const directoryOf = (application: string, module: DesiredModule) =>
    join(rootOf(application), `${module.name}-${module.artifact.digest.slice(7, 23)}${volumesMark(module)}`);
  const bring = async (
    application: DesiredApplication,
    module: DesiredModule,
    { signal, onProgress }: BringOptions,
  ): Promise<string> => {
    const { server, bandwidth } = source;
    const access = source.access();
    const link: ArtifactLink | undefined = access === undefined ? undefined : { server, bandwidth, signal, ...access };
    const bases = source.earlier(application.application.id, module.name);
    try {
      return await source.blobs.bring({ ...module.artifact, onProgress }, { link, bases });
    } catch (error) {
      if (!(error instanceof TokenRefused)) throw error;
      source.renewAccess();
      throw new NotConnected();
    }
  };
  const arriving = new Map<string, Promise<void>>();
  /** Two operations may ask for the same files: what one of them runs already is not unpacked a second time. */
  const ensure = (application: DesiredApplication, module: DesiredModule, options: BringOptions): Promise<void> => {
    const into = directoryOf(application.application.id, module);
    const release = async () => {
      if (existsSync(into)) return;
      await unpack({
        file: await bring(application, module, options),
        into,
        complete: async (directory, contents) => {
          await linkVolumes({ files, application: application.application.id, module, into: directory });
          await writeSeal(into, withoutVolumes(contents, module));
        },
      });
    };
    const known = arriving.get(into) ?? release().finally(() => arriving.delete(into));
    arriving.set(into, known);
    return known;
  };
  const isReady = (application: DesiredApplication) =>
    application.modules.every((module) => existsSync(directoryOf(application.application.id, module)));
  return {
    directoryOf,
    isReady,
    prepare: async (application, { signal, onProgress }) => {
      const total = application.modules.reduce((sum, module) => sum + module.artifact.size, 0);
      let before = 0;
      for (const module of application.modules) {
        await ensure(application, module, { signal, onProgress: (done) => onProgress(before + done, total) });
        before += module.artifact.size;
        onProgress(before, total);
      }
    },
    look: async (application, { full }) => {
      const changed: ChangedFile[] = [];
      let count = 0;
      for (const module of application.modules) {
        const directory = directoryOf(application.application.id, module);
        const found = await lookAtSealed({ directory, full, read });
        count += found.files;
        changed.push(...found.changed.map((each) => ({ module: module.name, ...each })));
      }
      return { files: count, changed };
    },
    repair: async (application, { changed, signal }) => {
      for (const module of application.modules) {
        const names = new Set(changed.filter((each) => each.module === module.name).map((each) => each.name));
        if (names.size === 0) continue;
        const file = await bring(application, module, { signal, onProgress: () => {} });
        await putBack({ file, into: directoryOf(application.application.id, module), names });
      }
    },
    collect: async (applications, wanted) => {
      const kept = new Set(
        wanted.flatMap((application) =>
          application.modules.map((module) => directoryOf(application.application.id, module)),
        ),
      );
      for (const application of applications) {
        const root = rootOf(application);
        for (const release of await readdir(root).catch(() => [])) {
          const path = join(root, release);
          if (!kept.has(unsealed(path)) && !release.endsWith('.tmp')) await rm(path, { recursive: true, force: true });
        }
      }
      await source.blobs.collect(wanted.flatMap((each) => each.modules.map((module) => module.artifact.digest)));
    },
  };
}

/** The same files with other volumes are another directory: the links to volumes are a part of it. */
function volumesMark(module: DesiredModule): string {
  const volumes = Object.entries(module.volumes).map(([name, { path }]) => `${name}=${path}`);
  if (volumes.length === 0) return '';
  return `-${createHash('sha256').update(volumes.toSorted().join('\n')).digest('hex').slice(0, 8)}`;
}

/** What stands where a volume is linked belongs to the application, and changes. */
function withoutVolumes(contents: ReadonlyMap<string, string>, module: DesiredModule): ReadonlyMap<string, string> {
  const places = Object.values(module.volumes).map(({ path }) => posix.normalize(path).replace(/\/$/, ''));
  return new Map(
    [...contents].filter(([name]) => !places.some((each) => name === each || name.startsWith(`${each}/`))),
  );
}

/** Volumes stand outside the releases, so that they stay while versions change; a link leads to each. */
async function linkVolumes(input: {
  readonly files: SiteFiles;
  readonly application: string;
  readonly module: DesiredModule;
  readonly into: string;
}): Promise<void> {
  for (const [name, volume] of Object.entries(input.module.volumes)) {
    const inside = posix.normalize(volume.path);
    if (posix.isAbsolute(inside) || inside === '.' || inside.startsWith('..'))
      throw new Error(
        `volume ${name} of ${input.module.name} has the path ${volume.path}, which is not inside the module`,
      );
    const target = await input.files.makeWritable(input.application, 'volumes', input.module.name, name);
    const link = join(input.into, inside);
    await rm(link, { recursive: true, force: true });
    await mkdir(dirname(link), { recursive: true });
    await symlink(target, link);
  }
}
