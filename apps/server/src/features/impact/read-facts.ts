import {
  type ApplicationId,
  type BuildId,
  type Change,
  type EnvironmentId,
  factsWithout,
  type OperationFacts,
} from '@almanac/domain';
import type { Manifest, RolloutStrategy } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import { placedSitesOf } from '#features/environments';
import { lostHotfixes } from '#features/hotfixes';
import { type PinnedForSites, pinSettings } from '#features/settings';
import type { Tables } from '#tables';
import { crossedMigrations } from './crossed-migrations.ts';
import { nameHolders } from './name-holders.ts';
import { lacksOn, readOffers } from './site-offers.ts';

/** One operation as far as it is known before its facts are read. */
export interface Considered {
  readonly change: Change;
  /** The build that runs there now. */
  readonly before: BuildId | null;
  /** What it becomes; null when it is taken out, or nothing usable is named. */
  readonly after: {
    readonly build: BuildId;
    readonly manifest: Manifest;
    readonly pinned: PinnedForSites;
    /** How it takes over this time, whatever the environment and the manifest say. */
    readonly rollout?: RolloutStrategy | undefined;
  } | null;
}

/** What stands outside the graph of references about each operation: settings, sites, names, and what is lost by it. */
export async function readFacts(
  db: Kysely<Tables>,
  input: { readonly environment: EnvironmentId; readonly operations: readonly Considered[] },
): Promise<readonly OperationFacts[]> {
  const { environment, operations } = input;
  const staying = operations.filter((each) => each.after !== null);
  const applications = staying.map((each) => each.change.application);
  const moves = operations.flatMap(({ change: { application }, before, after }) =>
    before === null || after === null || before === after.build ? [] : [{ application, before, after: after.build }],
  );
  const placed = await placedSitesOf(db, { environment, applications });
  const offers = await readOffers(db, environment);
  const holders = await nameHolders(db, {
    environment,
    brought: staying.flatMap(({ change, before }) => (before === null ? [change.application] : [])),
    removed: operations.flatMap(({ change }) => (change.kind === 'remove' ? [change.application] : [])),
  });
  const downgrades = await downgradesOf(db, moves);
  const migrations = await crossedMigrations(db, moves);
  const hotfixes = await lostHotfixes(db, moves);
  return operations.map(({ change, after }) => {
    const none = factsWithout(change);
    if (after === null) return none;
    const { application } = change;
    const sites = placed.get(application) ?? [];
    return {
      ...none,
      ...missingOf(after.manifest, after.pinned.missing),
      missingCapabilities: sites.flatMap((site) =>
        lacksOn({ ...after, site, offers }).map((capability) => ({ capability, site: site.name })),
      ),
      sites: sites.length,
      nameTakenBy: holders.get(application) ?? null,
      downgradeFrom: downgrades.get(application) ?? null,
      irreversible: migrations.get(application) ?? [],
      lostHotfixes: hotfixes.get(application) ?? [],
    };
  });
}

/** What changes mean where nobody composed a plan of them: with the settings that are set now. */
export async function considerChanges(
  db: Kysely<Tables>,
  input: { readonly environment: EnvironmentId; readonly changes: readonly Change[] },
): Promise<readonly Considered[]> {
  const { environment, changes } = input;
  if (changes.length === 0) return [];
  const targets = await db
    .selectFrom('targets')
    .select(['applicationId', 'buildId'])
    .where('environmentId', '=', environment)
    .where(
      'applicationId',
      'in',
      changes.map((each) => each.application),
    )
    .execute();
  const running = new Map(targets.map((each) => [each.applicationId, each.buildId]));
  const considered: Considered[] = [];
  for (const change of changes) {
    const { application } = change;
    const before = running.get(application) ?? null;
    const build = change.kind === 'deploy' ? change.build : change.kind === 'configure' ? before : null;
    const manifest = build === null ? null : await manifestOf(db, build);
    const after =
      build === null || manifest === null
        ? null
        : { build, manifest, pinned: await pinSettings(db, { application, environment, manifest }) };
    considered.push({ change, before, after });
  }
  return considered;
}

async function manifestOf(db: Kysely<Tables>, build: BuildId): Promise<Manifest | null> {
  const row = await db.selectFrom('builds').select('manifest').where('id', '=', build).executeTakeFirst();
  return row?.manifest ?? null;
}

/** Which of the missing keys are settings and which connections: the manifest says. */
function missingOf(manifest: Manifest, missing: PinnedForSites['missing']) {
  const all = missing.flatMap(({ site, keys }) => keys.map((key) => ({ key, site })));
  return {
    missingSettings: all.filter(({ key }) => !(key in manifest.connections)),
    missingConnections: all.filter(({ key }) => key in manifest.connections),
  };
}

/** Labels of what runs, where it is later than what would take its place. */
async function downgradesOf(
  db: Kysely<Tables>,
  moves: readonly { readonly application: ApplicationId; readonly before: BuildId; readonly after: BuildId }[],
): Promise<ReadonlyMap<ApplicationId, string>> {
  if (moves.length === 0) return new Map();
  const rows = await db
    .selectFrom('builds')
    .select(['id', 'number', 'label'])
    .where(
      'id',
      'in',
      moves.flatMap((each) => [each.before, each.after]),
    )
    .execute();
  const builds = new Map(rows.map((row) => [row.id, row]));
  return new Map(
    moves.flatMap(({ application, before, after }) => {
      const [was, is] = [builds.get(before), builds.get(after)];
      return was !== undefined && is !== undefined && was.number > is.number ? [[application, was.label] as const] : [];
    }),
  );
}
