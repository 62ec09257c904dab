import type { EnvironmentId, Target } from '@almanac/domain';
import { placeKey, stagedIn, type Tables, targetsIn } from '../database/tables.ts';
import type { DesiredApplication, SiteDocument } from '../site/messages.ts';
import type { World } from '../world.ts';
import { nameOf } from './analyse.ts';

/** What every site of an environment should look like by the tables. */
export function desiredApplications(
  world: Pick<World, 'estate'>,
  tables: Tables,
  environment: EnvironmentId,
): readonly DesiredApplication[] {
  const describe = (stageOnly: boolean) =>
    function* (wanted: ReadonlyMap<DesiredApplication['application'], Target>): Generator<DesiredApplication> {
      for (const [application, { build, operation }] of wanted) {
        const { modules = [], progression = null } = tables.builds.get(build) ?? {};
        const asked = tables.commands.get(placeKey(environment, application));
        const command = asked?.operation === operation ? asked : null;
        const target = { operation, build, modules, progression, sameAs: null };
        yield { application, name: nameOf(world, application), stageOnly, target, command };
      }
    };
  const every = [...describe(false)(targetsIn(tables, environment)), ...describe(true)(stagedIn(tables, environment))];
  return every.toSorted((a, b) => (a.application < b.application ? -1 : 1));
}

/** Gives every site of an environment a new document where what it should be has changed. */
export function refreshDocuments(world: World, environment: EnvironmentId): void {
  if (world.has('forget-documents')) return;
  const tables = world.database.tables();
  const { incarnation } = tables;
  const applications = desiredApplications(world, tables, environment);
  for (const { id } of world.estate.environmentOf(environment).sites) {
    const row = tables.sites.get(id);
    if (row === undefined) continue;
    const known = row.document?.document;
    const same =
      known?.incarnation === incarnation && JSON.stringify(known.applications) === JSON.stringify(applications);
    if (same) continue;
    const generation = row.generation + (world.has('same-generation') && row.generation > 0 ? 0 : 1);
    const document: SiteDocument = { site: id, incarnation, generation, applications };
    tables.sites.set(id, { ...row, generation, document: { document, signer: 'control plane' } });
    world.watch.documentMade(document);
  }
}
