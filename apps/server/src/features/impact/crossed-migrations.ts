import { type ApplicationId, type BuildId, irreversibleBetween, type MigratingBuild } from '@almanac/domain';
import { migrationOf } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import type { Tables } from '#tables';

interface Move {
  readonly application: ApplicationId;
  readonly before: BuildId;
  readonly after: BuildId;
}

/** The migrations between what runs and what would take its place that manifests do not say can be undone. */
export async function crossedMigrations(
  db: Kysely<Tables>,
  moves: readonly Move[],
): Promise<ReadonlyMap<ApplicationId, readonly string[]>> {
  if (moves.length === 0) return new Map();
  const ends = await db
    .selectFrom('builds')
    .select(['id', 'number'])
    .where(
      'id',
      'in',
      moves.flatMap((each) => [each.before, each.after]),
    )
    .execute();
  const numbers = new Map(ends.map((each) => [each.id, each.number]));
  const crossed = new Map<ApplicationId, readonly string[]>();
  for (const { application, before, after } of moves) {
    const [one, other] = [numbers.get(before) ?? 0, numbers.get(after) ?? 0];
    const builds = await readBetween(db, { application, from: Math.min(one, other), to: Math.max(one, other) });
    crossed.set(application, irreversibleBetween(builds));
  }
  return crossed;
}

/** Builds from one number to another: a module without files of its migration named has one as often as it changes. */
async function readBetween(
  db: Kysely<Tables>,
  input: { readonly application: ApplicationId; readonly from: number; readonly to: number },
): Promise<readonly MigratingBuild[]> {
  const rows = await db
    .selectFrom('builds')
    .innerJoin('buildModules', 'buildModules.buildId', 'builds.id')
    .select([
      'builds.number',
      'builds.label',
      'builds.manifest',
      'buildModules.name',
      'buildModules.digest',
      'buildModules.migration',
    ])
    .where('builds.applicationId', '=', input.application)
    .where('builds.state', '=', 'succeeded')
    .where('builds.number', '>=', input.from)
    .where('builds.number', '<=', input.to)
    .execute();
  return [...Map.groupBy(rows, (row) => row.number)].map(([number, modules]) => ({
    number,
    label: modules[0]?.label ?? '',
    migrations: modules.flatMap(({ manifest, name, digest, migration }) => {
      const module = manifest?.modules[name];
      const own = module === undefined ? undefined : migrationOf(module);
      return own === undefined ? [] : [{ module: name, identity: migration ?? digest, reversible: own.reversible }];
    }),
  }));
}
