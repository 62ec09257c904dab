import { type Change, type EnvironmentId, factsWithout, type OperationFacts } from '@almanac/domain';
import type { Manifest } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import { placedSites } from '#features/environments';
import { pinSettings } from '#features/settings';
import type { Tables } from '#tables';

/** What stands outside the graph of references about each change: settings, sites, and whether it goes back. */
export async function readFacts(
  db: Kysely<Tables>,
  input: { readonly environment: EnvironmentId; readonly changes: readonly Change[] },
): Promise<readonly OperationFacts[]> {
  const facts: OperationFacts[] = [];
  for (const change of input.changes) facts.push(await factsOf(db, { environment: input.environment, change }));
  return facts;
}

async function factsOf(
  db: Kysely<Tables>,
  { environment, change }: { readonly environment: EnvironmentId; readonly change: Change },
): Promise<OperationFacts> {
  if (change.kind === 'remove') return factsWithout(change);
  const { application } = change;
  const running = await db
    .selectFrom('targets')
    .innerJoin('builds', 'builds.id', 'targets.buildId')
    .select(['builds.id', 'builds.number', 'builds.label'])
    .where('targets.environmentId', '=', environment)
    .where('targets.applicationId', '=', application)
    .executeTakeFirst();
  const build = await db
    .selectFrom('builds')
    .select(['number', 'manifest'])
    .where('id', '=', change.kind === 'deploy' ? change.build : (running?.id ?? ('' as never)))
    .executeTakeFirst();
  if (build === undefined || build.manifest === null) return factsWithout(change);
  const { manifest } = build;
  const { missing } = await pinSettings(db, { application, environment, manifest });
  const goesBack = running !== undefined && running.number > build.number;
  return {
    ...missingOf(manifest, missing, factsWithout(change)),
    sites: (await placedSites(db, { environment, application })).length,
    downgradeFrom: goesBack ? running.label : null,
  };
}

/** Which of the missing keys are settings and which connections: the manifest says. */
export function missingOf(
  manifest: Manifest,
  missing: readonly { readonly site: string; readonly keys: readonly string[] }[],
  facts: OperationFacts,
): OperationFacts {
  const all = missing.flatMap(({ site, keys }) => keys.map((key) => ({ key, site })));
  return {
    ...facts,
    missingSettings: all.filter(({ key }) => !(key in manifest.connections)),
    missingConnections: all.filter(({ key }) => key in manifest.connections),
  };
}
