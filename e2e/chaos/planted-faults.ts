import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const repository = join(import.meta.dirname, '..', '..');

/** A defect that we make on purpose: a method that does not find it finds nothing. */
export interface PlantedFault {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export const plantedFaults = {
  acknowledgeBeforeCommit: {
    name: 'the server answers before the change is committed',
    file: 'apps/server/src/platform/transaction.ts',
    from: `const result = await input.db
          .transaction()
          .execute((trx) => runCommand({ trx, access: input.accessOf(options.actor), ...options, command }));`,
    to: `const access = input.accessOf(options.actor);
        if (options.action !== 'setting-changed')
          return await input.db.transaction().execute((trx) => runCommand({ trx, access, ...options, command }));
        const early = Promise.withResolvers<Awaited<ReturnType<typeof command>>>();
        input.db.transaction().execute(async (trx) => {
          early.resolve(await runCommand({ trx, access, ...options, command }));
          await pause(20);
        }).catch(early.reject);
        const result = await early.promise;`,
  },
  noGenerationCheck: {
    name: 'a site takes over any document, however old',
    file: 'apps/agent/src/transport/desired-store.ts',
    from: 'if (!isNewerDesired(state, current)) {',
    to: 'if (false) {',
  },
  noJournalSync: {
    name: 'what must be durable is written and not synced',
    file: 'packages/host/src/files/write-durably.ts',
    from: 'await file.sync();',
    to: '',
  },
  noDirectorySync: {
    name: 'a name that must be durable is not synced',
    file: 'packages/host/src/files/write-durably.ts',
    from: 'await syncDirectory(directory);',
    to: '',
  },
  noCommitSync: {
    name: 'PostgreSQL acknowledges what it did not sync',
    file: 'packages/host/src/postgres/start-postgres.ts',
    from: "synchronous_commit: 'on'",
    to: "synchronous_commit: 'off'",
  },
  unsafeIsAllowed: {
    name: 'the server starts on a PostgreSQL that may lose what it acknowledged',
    file: 'apps/server/src/platform/database/check-durable.ts',
    from: "if (settings.get('synchronous_commit') === 'off')",
    to: 'if (false)',
  },
} as const satisfies Readonly<Record<string, PlantedFault>>;

/** Does work with a copy of the sources in which faults are planted; gives it what `startEstate` takes as its root. */
export async function withPlanted<Result>(
  faults: readonly PlantedFault[],
  work: (root: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'almanac-planted-'));
  try {
    return await work(await plantFaults(folder, faults));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Copies the sources into a folder with faults planted in them. */
async function plantFaults(into: string, faults: readonly PlantedFault[]): Promise<string> {
  await mkdir(into, { recursive: true });
  for (const part of ['apps', 'packages', 'examples', 'package.json', 'package-lock.json', 'tsconfig.base.json'])
    await cp(join(repository, part), join(into, part), {
      recursive: true,
      filter: (source) => !/\/(node_modules|\.cache|repositories)$/.test(source),
    });
  const modules = join(into, 'node_modules');
  await mkdir(join(modules, '@almanac'), { recursive: true });
  for (const name of await readdir(join(repository, 'node_modules')))
    if (name !== '@almanac') await symlink(join(repository, 'node_modules', name), join(modules, name));
  for (const name of await readdir(join(into, 'packages')))
    await symlink(join('..', '..', 'packages', name), join(modules, '@almanac', name));
  for (const { name, file, from, to } of faults) {
    const text = await readFile(join(into, file), 'utf8');
    const planted = text.replace(from, () => to);
    if (planted === text) throw new Error(`"${name}" cannot be planted: ${file} reads otherwise now`);
    await writeFile(join(into, file), planted);
  }
  return into;
}
