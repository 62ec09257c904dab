import { decideAbort, decideCancel, mayAbort, mayCancel } from '@almanac/domain';
import { copyTables, type Tables } from '../database/tables.ts';
import type { Work } from '../kernel/kernel.ts';
import { refreshDocuments } from '../server/documents.ts';
import { openPlans } from '../server/jobs.ts';
import { savePlan } from '../server/save-plan.ts';
import { killFor } from './faults.ts';
import type { Plant } from './plant.ts';

/** In some runs the control plane is lost, and a backup of some minutes before takes its place. */
export function* loseAndRestore(plant: Plant, until: number): Work {
  const { chance, kernel, database, story } = plant.world;
  if (!chance.happens(0.3)) return;
  yield chance.between(60_000, 180_000);
  const backup = copyTables(database.tables());
  story.tell('the operator', 'makes a backup of the control plane');
  yield chance.between(20_000, 120_000);
  if (kernel.elapsed() < until) restoreBackup(plant, backup);
}

/** What came after the backup is forgotten, on purpose; sites tell the restored server by its greater incarnation. */
function restoreBackup({ world, nodes }: Plant, backup: Tables): void {
  const { database } = world;
  for (const node of nodes) if (node.process.alive()) killFor(world, node, world.chance.between(5, 30) * 1000);
  const tables = copyTables(backup);
  if (!world.has('restore-keeps-incarnation'))
    tables.incarnation = Math.max(database.tables().incarnation + 1, database.now());
  database.replace(tables);
  world.watch.restored();
  world.story.count('fault: restored from a backup');
  world.story.tell('the operator', 'sets the control plane back to the backup');
  stopPlans(world);
  for (const environment of world.estate.environments) refreshDocuments(world, environment.id);
  world.watch.committed();
  world.kernel.after(4000, database.start);
}

/** Whatever was under way then is ended, as at the first start of a server on restored data. */
function stopPlans(world: Plant['world']): void {
  for (const row of openPlans(world.database.tables())) {
    const { body } = row;
    if (!mayCancel(body.state) && !mayAbort(body.state)) continue;
    const plan = mayCancel(body.state) ? decideCancel(body) : decideAbort(body, world.database.now());
    savePlan(world, { row, plan: { ...plan, reason: 'restored from a backup' }, notes: [] });
  }
}
