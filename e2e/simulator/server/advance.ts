import {
  type ApplicationId,
  advancePlan,
  isUnderWay,
  movesOf,
  type PlanId,
  type PlanObservation,
  type SiteProgress,
  touchedBy,
} from '@almanac/domain';
import { type Commit, Conflict } from '../database/database.ts';
import { type PlanRow, type Tables, targetsIn } from '../database/tables.ts';
import type { Work } from '../kernel/kernel.ts';
import type { World } from '../world.ts';
import { nameOf } from './analyse.ts';
import { wakePlan } from './jobs.ts';
import { plantedGates } from './planted-gates.ts';
import { moveSites, savePlan } from './save-plan.ts';
import { readStanding } from './standing.ts';

/** A site that was not seen for so long is offline. */
export const offlineAfterMs = 45_000;

/** One pass of the engine: one snapshot, one decision, one save. */
export function* advanceOnce(world: World, given: { readonly plan: PlanId; readonly clock: () => number }): Work {
  const { database } = world;
  const found = database.tables().plans.get(given.plan);
  if (found === undefined) return;
  const { environment } = found.body;
  world.story.count('pass of the engine');
  yield* database.transact({
    lock: world.has('decide-without-lock') ? null : `plans:${environment}`,
    decide: (databaseNow): Commit<void> => {
      const now = world.has('node-clock') ? given.clock() : databaseNow;
      const tables = database.tables();
      const row = tables.plans.get(given.plan);
      if (row === undefined) return nothing;
      const { gates } = readStanding(world, tables, { row, now });
      const truth = now === databaseNow ? gates : readStanding(world, tables, { row, now: databaseNow }).gates;
      world.watch.looked(row.body.id, truth);
      const times = gates.obstacles.flatMap((each) => each.earliest ?? []);
      const observed = observe(world, tables, { row, gates: plantedGates(world, row.body, gates), now: databaseNow });
      const { plan, notes } = advancePlan(row.body, observed, now);
      const moves = movesOf(plan, observed);
      return () => {
        // A gate that opens by itself is looked at then.
        if (times.length > 0)
          wakePlan(world, row.body.id, { key: `plan-due:${row.body.id}`, runAt: Math.min(...times) });
        if (plan !== row.body) savePlan(world, { row, plan, notes });
        else if (moves.size > 0) mustBeUnchanged(tables, row);
        moveSites(world, plan, moves);
      };
    },
  });
}

const nothing = () => undefined;

/** Whoever decided by a plan that somebody else has saved meanwhile looks again. */
function mustBeUnchanged(tables: Tables, row: PlanRow): void {
  if (tables.plans.get(row.body.id)?.revision !== row.revision)
    throw new Conflict(`plan ${row.body.number} was changed meanwhile`);
}

function observe(
  world: World,
  tables: Tables,
  given: { readonly row: PlanRow; readonly gates: PlanObservation['gates']; readonly now: number },
): PlanObservation {
  const { row, gates, now } = given;
  const { environment } = row.body;
  const sites = row.body.operations.flatMap(({ id: operation, application, after }) =>
    world.estate.environmentOf(environment).sites.map(({ id, name, labels }): SiteProgress => {
      const site = tables.sites.get(id);
      const ring = tables.fleetSites.get(operation)?.get(id);
      const online = isOnline(site?.lastSeenAt ?? null, now);
      const document = site?.document?.document ?? { incarnation: 0, generation: 0 };
      const said = site?.report ?? { incarnation: 0, generation: 0 };
      const reports = (site?.report?.applications ?? []).filter((each) => each.application === application);
      return {
        site: id,
        name,
        labels,
        inStep: said.incarnation === document.incarnation && said.generation >= document.generation,
        ring: ring === undefined ? null : { position: ring.ring, told: ring.told },
        application,
        ...seenThere(world, { online, reports, ringed: ring !== undefined, operation: after?.operation ?? '' }),
      };
    }),
  );
  const active = [...tables.plans.values()].flatMap(({ body }) =>
    body.environment === environment && body.id !== row.body.id && isUnderWay(body.state)
      ? [{ number: body.number, touches: touchedBy(body).map(named(world)) }]
      : [],
  );
  return {
    gates,
    sites,
    targets: targetsIn(tables, environment),
    active: world.has('ignore-neighbours') ? [] : active,
  };
}

/** What the engine sees of a site; bugs are planted here. */
function seenThere(
  world: World,
  given: Pick<SiteProgress, 'online' | 'reports'> & { readonly ringed: boolean; readonly operation: string },
): Pick<SiteProgress, 'online' | 'reports'> {
  const { online, reports, ringed, operation } = given;
  if (ringed && !online && world.has('offline-is-done'))
    return { online: true, reports: [{ operation, phase: 'healthy', message: null }] };
  const unseen = ringed && world.has('failures-unseen');
  return { online, reports: unseen ? reports.filter((each) => each.phase !== 'failed') : reports };
}

export function isOnline(lastSeenAt: number | null, now: number): boolean {
  return lastSeenAt !== null && lastSeenAt > now - offlineAfterMs;
}

const named = (world: World) => (application: ApplicationId) => ({ application, name: nameOf(world, application) });
