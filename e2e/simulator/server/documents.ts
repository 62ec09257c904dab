import type { ApplicationId, EnvironmentId, SiteId, Target } from '@almanac/domain';
import { placeKey, stagedIn, type Tables, targetsIn } from '../database/tables.ts';
import type { DesiredApplication, SiteDocument } from '../site/messages.ts';
import type { World } from '../world.ts';
import { nameOf } from './analyse.ts';

/** What a site of an environment should look like by the tables. */
type DesiredOf = (site: SiteId) => readonly DesiredApplication[];

/** The same for all sites, but for applications that are on their way over rings. */
export function desiredApplications(
  world: Pick<World, 'estate' | 'has'>,
  tables: Tables,
  environment: EnvironmentId,
): DesiredOf {
  const describe = (application: ApplicationId, wanted: Target, stageOnly: boolean): DesiredApplication => {
    const { build, operation } = wanted;
    const { modules = [], progression = null } = tables.builds.get(build) ?? {};
    const asked = tables.commands.get(placeKey(environment, application));
    const command = asked?.operation === operation ? asked : null;
    const target = { operation, build, modules, progression, sameAs: null };
    return { application, name: nameOf(world, application), stageOnly, target, command };
  };
  const held = (application: ApplicationId) => tables.held.get(placeKey(environment, application));
  const everywhere: DesiredApplication[] = [];
  for (const [application, target] of targetsIn(tables, environment))
    if (held(application) === undefined) everywhere.push(describe(application, target, false));
  // What is taken out ring by ring has no target any more.
  const ringed = world.estate.applications.map((each) => each.id).filter((each) => held(each) !== undefined);
  for (const [application, target] of stagedIn(tables, environment))
    everywhere.push(describe(application, target, true));
  const inOrder = everywhere.toSorted(byApplication);
  if (ringed.length === 0) return () => inOrder;
  return (site) => {
    const own = ringed.flatMap((application) => {
      const { operation, before = null } = held(application) ?? {};
      const told = operation !== undefined && tables.fleetSites.get(operation)?.get(site)?.told === true;
      const target = targetsIn(tables, environment).get(application) ?? null;
      const wanted = told || world.has('tell-everybody') ? target : before;
      return wanted === null ? [] : [describe(application, wanted, false)];
    });
    return [...inOrder, ...own].toSorted(byApplication);
  };
}

function byApplication(a: DesiredApplication, b: DesiredApplication): number {
  return a.application < b.application ? -1 : 1;
}

/** Gives every site of an environment a new document where what it should be has changed. */
export function refreshDocuments(world: World, environment: EnvironmentId): void {
  if (world.has('forget-documents')) return;
  const tables = world.database.tables();
  const { incarnation } = tables;
  const desired = desiredApplications(world, tables, environment);
  for (const { id } of world.estate.environmentOf(environment).sites) {
    const row = tables.sites.get(id);
    if (row === undefined) continue;
    const applications = desired(id);
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
