import {
  type ApplicationId,
  hasBegun,
  isTerminal,
  type movesOf,
  type Plan,
  type PlanNote,
  type PlanOperation,
  type Target,
  targetChanges,
  targetsOf,
} from '@almanac/domain';
import { Conflict } from '../database/database.ts';
import { type PlanRow, placeKey, stagedIn, type Tables, targetsIn } from '../database/tables.ts';
import type { World } from '../world.ts';
import { refreshDocuments } from './documents.ts';
import { wakePlansOf } from './jobs.ts';

/**
 * Saves what was decided about a plan with everything that follows from it, as the server's `savePlan` does: it is called
 * in the moment of the commit.
 */
export function savePlan(
  world: World,
  given: { readonly row: PlanRow; readonly plan: Plan; readonly notes: readonly PlanNote[] },
): void {
  const { row, plan } = given;
  const tables = world.database.tables();
  const present = tables.plans.get(plan.id);
  if (present?.revision !== row.revision && !world.has('ignore-revision'))
    throw new Conflict(`plan ${plan.number} was changed meanwhile`);
  tables.plans.set(plan.id, { ...row, body: plan, revision: row.revision + 1 });
  for (const { message, site, application } of given.notes)
    world.story.tell(
      `plan ${plan.number}`,
      [application, site].filter((each) => each !== null).join(' on ') +
        (application === null ? message : `: ${message}`),
    );
  if (row.body.state !== plan.state) world.story.tell(`plan ${plan.number}`, `${row.body.state} → ${plan.state}`);
  if (hasBegun(plan.state) && !isTerminal(row.body.state)) saveTargets(world, plan);
  recordEnds(world, row.body, plan);
  if (plan.state !== row.body.state) wakePlansOf(world, plan.environment);
}

function saveTargets(world: World, plan: Plan): void {
  if (world.has('targets-later')) {
    world.kernel.after(300, () => {
      if (world.database.isUp()) writeTargets(world, plan);
    });
  } else writeTargets(world, plan);
}

function writeTargets(world: World, plan: Plan): void {
  const tables = world.database.tables();
  const { environment } = plan;
  const targets = new Map(targetsIn(tables, environment));
  const staged = new Map(stagedIn(tables, environment));
  const heldBefore = [...tables.held];
  for (const [application, { held }] of targetsOf(plan)) saveHeld(tables, { plan, application, held });
  const changes = targetChanges(plan, { targets, staged });
  for (const change of changes) {
    if (change.target === null) targets.delete(change.application);
    else if (change.target !== undefined) targets.set(change.application, change.target);
    if (change.staged === null) staged.delete(change.application);
    else if (change.staged !== undefined) staged.set(change.application, change.staged);
  }
  const heldNow = [...tables.held];
  const moved =
    heldNow.length !== heldBefore.length || heldNow.some(([, each], index) => each !== heldBefore[index]?.[1]);
  if (changes.length === 0 && !moved) return;
  tables.targets.set(environment, targets);
  tables.staged.set(environment, staged);
  refreshDocuments(world, environment);
}

/** What sites keep that were not told yet; gone once the operation is not on its way over rings. */
function saveHeld(
  tables: Tables,
  given: { readonly plan: Plan; readonly application: ApplicationId; readonly held: Target | null | undefined },
): void {
  const { plan, application, held } = given;
  const key = placeKey(plan.environment, application);
  const operation = plan.operations.find((each) => each.application === application);
  if (operation === undefined || held === undefined) tables.held.delete(key);
  else if (!tables.held.has(key)) tables.held.set(key, { operation: operation.id, before: held });
}

/** Writes which sites are told what now, for operations that go over rings. */
export function moveSites(world: World, plan: Plan, moves: ReturnType<typeof movesOf>): void {
  const tables = world.database.tables();
  for (const [operation, each] of moves) {
    const rows = new Map(tables.fleetSites.get(operation.id));
    for (const { site, ring, told } of each) if (told || !world.has('ring-stays-told')) rows.set(site, { ring, told });
    tables.fleetSites.set(operation.id, rows);
    const names = each.map(({ site, told }) => `${site} ${told ? 'takes' : 'does not take'}`);
    world.story.tell(`plan ${plan.number}`, `${operation.applicationName}: ${names.join(', ')} it`);
  }
  if (moves.size > 0) refreshDocuments(world, plan.environment);
  world.watch.sitesMoved(plan);
}

const historyKind = { deploy: 'deployed', configure: 'configured', remove: 'removed' } as const;

/** One entry for each operation that reached its end with this change. */
function recordEnds(world: World, before: Plan, after: Plan): void {
  const tables = world.database.tables();
  for (const operation of after.operations) {
    const earlier = before.operations.find((each) => each.id === operation.id);
    const moved = earlier !== undefined && earlier.state !== operation.state;
    const { state } = operation;
    if (!(state === 'succeeded' || state === 'failed' || state === 'returned')) continue;
    if (!moved && !world.has('history-each-look')) continue;
    tables.history.push({
      at: world.database.now(),
      environment: after.environment,
      plan: after.id,
      operation: operation.id,
      application: operation.application,
      kind: state === 'succeeded' ? historyKind[operation.kind] : state,
      before: inForce(operation.before),
      after: inForce(operation.after),
    });
  }
}

function inForce(target: PlanOperation['after']) {
  return target === null ? null : { build: target.build, settings: target.settingsHash };
}
