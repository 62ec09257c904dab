import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import type { DesiredApplication, DesiredModule } from '@almanac/protocol';
import { pullArtifact } from './pull.ts';
import { unpack } from './unpack.ts';

export interface ReleaseSource {
  readonly server: string;
  /** Undefined while there is no connection. */
  readonly token: () => string | undefined;
  /** Shared by the sites of one agent: content is named by its digest. */
  readonly blobs: string;
}

/** The files of modules, unpacked and ready to run. */
export interface Releases {
  readonly directoryOf: (application: string, module: DesiredModule) => string;
  readonly isReady: (application: DesiredApplication) => boolean;
  /** Brings all modules of an application; what is there already is not fetched. */
  readonly prepare: (
    application: DesiredApplication,
    options: { readonly signal: AbortSignal; readonly onProgress: (done: number, total: number) => void },
  ) => Promise<void>;
  /** Removes what no wanted application needs. */
  readonly collect: (wanted: readonly DesiredApplication[]) => Promise<void>;
}

/** The server cannot be asked now; the files come as soon as it answers. */
export class NotConnected extends Error {
  constructor() {
    super('waits for the connection to the server');
    this.name = 'NotConnected';
  }
}

export function createReleases(input: { readonly site: string; readonly source: ReleaseSource }): Releases {
  const { source } = input;
  const root = join(input.site, 'releases');
  const directoryOf = (application: string, module: DesiredModule) =>
    join(root, application, `${module.name}-${module.artifact.digest.slice(7, 23)}${volumesMark(module)}`);
  const isReady = (application: DesiredApplication) =>
    application.modules.every((module) => existsSync(directoryOf(application.application.name, module)));
  return {
    directoryOf,
    isReady,
    prepare: async (application, { signal, onProgress }) => {
      const total = application.modules.reduce((sum, module) => sum + module.artifact.size, 0);
      let before = 0;
      for (const module of application.modules) {
        const into = directoryOf(application.application.name, module);
        if (!existsSync(into)) {
          const token = source.token();
          if (token === undefined) throw new NotConnected();
          const file = await pullArtifact({
            ...module.artifact,
            server: source.server,
            token,
            directory: source.blobs,
            signal,
            onProgress: (done) => onProgress(before + done, total),
          });
          await unpack({
            file,
            into,
            complete: (directory) =>
              linkVolumes({ site: input.site, application: application.application.name, module, into: directory }),
          });
        }
        before += module.artifact.size;
        onProgress(before, total);
      }
    },
    collect: async (wanted) => {
      const kept = new Set(
        wanted.flatMap((application) =>
          application.modules.map((module) => directoryOf(application.application.name, module)),
        ),
      );
      for (const application of await readdir(root).catch(() => [])) {
        for (const release of await readdir(join(root, application))) {
          const path = join(root, application, release);
          if (!kept.has(path) && !release.endsWith('.tmp')) await rm(path, { recursive: true, force: true });
        }
      }
    },
  };
}

/** The same files with other volumes are another directory: the links to volumes are a part of it. */
function volumesMark(module: DesiredModule): string {
  const volumes = Object.entries(module.volumes).map(([name, { path }]) => `${name}=${path}`);
  if (volumes.length === 0) return '';
  return `-${createHash('sha256').update(volumes.toSorted().join('\n')).digest('hex').slice(0, 8)}`;
}

/** Volumes stand outside the releases, so that they stay while versions change; a link leads to each. */
async function linkVolumes(input: {
  readonly site: string;
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
    const target = join(input.site, 'volumes', input.application, input.module.name, name);
    await mkdir(target, { recursive: true, mode: 0o700 });
    const link = join(input.into, inside);
    await rm(link, { recursive: true, force: true });
    await mkdir(dirname(link), { recursive: true });
    await symlink(target, link);
  }
}
