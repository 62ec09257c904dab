import {
  type Fleet,
  type GateObservation,
  isRinged,
  type Plan,
  type PlanId,
  type PlanOperation,
  type Ring,
  type RingedOperation,
  type SiteId,
} from '@almanac/domain';
import { type FleetSiteRow, placeKey, type SiteRow } from '../database/tables.ts';
import type { World } from '../world.ts';
import { must } from './violation.ts';
import type { SiteWatch } from './watch-sites.ts';

/** What the engine saw in the moment in which it looked at a plan. */
export interface Look {
  readonly gates: GateObservation;
  readonly online: ReadonlySet<SiteId>;
  readonly sites: ReadonlyMap<SiteId, SiteRow>;
}

export interface RingWatch {
  /** A plan is saved as it is now, by what was seen when it was looked at. */
  readonly moved: (plan: Plan, look: Look | undefined) => void;
  /** The engine has looked at a plan: by then nobody is told any more to take what went back. */
  readonly sitesMoved: (plan: Plan) => void;
  /** After each commit: who was told what is looked at. */
  readonly committed: (lookOf: (plan: PlanId) => Look | undefined) => void;
}

type Rows = ReadonlyMap<SiteId, FleetSiteRow>;

interface Watching extends Pick<World, 'database' | 'estate' | 'story'> {
  readonly sites: SiteWatch;
}

/**
 * No ring begins before those before it passed, none passes without its sites, nobody begins where too many failed, and sites
 * run what they were told. What sites truly have become counts, not what the engine was told of them.
 */
export function watchRings(world: Pick<World, 'database' | 'estate' | 'story'>, sites: SiteWatch): RingWatch {
  const watching: Watching = { database: world.database, estate: world.estate, story: world.story, sites };
  const seen = new Map<string, Fleet>();
  const told = new Map<string, Rows>();
  return {
    moved: (plan, look) => {
      for (const operation of plan.operations) {
        const before = seen.get(operation.id);
        if (operation.fleet === null || before === operation.fleet) continue;
        seen.set(operation.id, operation.fleet);
        watchRingStates(watching, { plan, operation, fleet: operation.fleet, before, look });
      }
    },
    sitesMoved: (plan) => {
      for (const operation of plan.operations.filter(isRinged))
        for (const [site, { ring, told: is }] of rowsOf(watching, operation)) {
          const state = operation.fleet.rings[ring]?.state;
          const goesBack = state === 'waiting' || state === 'returned';
          must(!is || !goesBack, `${site} is told to take ${operation.applicationName}, and its ring is ${state}`);
        }
    },
    committed: (lookOf) => {
      for (const { body } of world.database.tables().plans.values()) {
        for (const operation of body.operations.filter(isRinged)) {
          const rows = rowsOf(watching, operation);
          mustRunAsTold(watching, { plan: body, operation, rows });
          const before = told.get(operation.id);
          if (before === rows) continue;
          told.set(operation.id, rows);
          const look = lookOf(body.id);
          for (const [site, row] of rows)
            if (row.told && before?.get(site)?.told !== true)
              mustBegin(watching, { plan: body, operation, rows, ring: row.ring, site, look });
        }
      }
    },
  };
}

function rowsOf({ database }: Watching, operation: Pick<PlanOperation, 'id'>): Rows {
  return database.tables().fleetSites.get(operation.id) ?? new Map<SiteId, FleetSiteRow>();
}

function watchRingStates(
  watching: Watching,
  given: {
    readonly plan: Plan;
    readonly operation: PlanOperation;
    readonly fleet: Fleet;
    readonly before: Fleet | undefined;
    readonly look: Look | undefined;
  },
): void {
  const { plan, operation, fleet, before, look } = given;
  const rows = rowsOf(watching, operation);
  for (const [index, { name, state, accepted }] of fleet.rings.entries()) {
    if (before?.rings[index]?.state === state) continue;
    watching.story.count(`ring ${state}`);
    const place = `ring ${name} of ${operation.applicationName} by plan ${plan.number}`;
    const early = fleet.rings.slice(0, index).find((each) => each.state !== 'passed');
    must(state !== 'running' || early === undefined, `${place} begins before ring ${early?.name} passed`);
    const ring = plan.course.rings?.rings[index];
    if (state !== 'passed' || ring === undefined || look === undefined || before === undefined) continue;
    mustHavePassed({ place, ring, accepted, ...standing(watching, { index, operation, rows, look }) });
  }
}

/** Of the sites of a ring that are online: how many there are, have it, say so, and say that it failed. */
function standing(
  { estate, sites }: Watching,
  given: {
    readonly index: number;
    readonly operation: Pick<PlanOperation, 'application' | 'after'>;
    readonly rows: Rows;
    readonly look: Look;
  },
) {
  const { index, rows, look } = given;
  const { application, after } = given.operation;
  const names = new Map(estate.environments.flatMap((each) => each.sites).map((each) => [each.id, each.name]));
  const phaseAt = (site: SiteId) =>
    look.sites
      .get(site)
      ?.report?.applications.find((each) => each.application === application && each.operation === after?.operation)
      ?.phase;
  const has = (site: SiteId) => {
    const name = names.get(site) ?? site;
    return after === null ? !sites.has(name, application) : sites.wasHealthy(name, after.operation);
  };
  const online = [...rows].filter(([site, row]) => row.ring === index && look.online.has(site));
  const told = online.filter(([, row]) => row.told).map(([site]) => site);
  return {
    all: [...rows.values()].filter((each) => each.ring === index).length,
    online: online.length,
    done: told.filter(has).length,
    healthy: told.filter((site) => phaseAt(site) === 'healthy').length,
    failed: told.filter((site) => phaseAt(site) === 'failed').length,
  };
}

function mustHavePassed(
  given: ReturnType<typeof standing> & { readonly place: string; readonly ring: Ring; readonly accepted: number },
): void {
  const { place, ring, accepted, all, online, done } = given;
  if (all === 0) return;
  must(done > 0, `${place} passed, and none of its sites has it`);
  const enough = done * 100 >= ring.successThreshold * (online - accepted);
  must(enough, `${place} passed with ${done} of ${online} sites, and ${ring.successThreshold} % are needed`);
}

/** A site takes a change only where its ring has begun, and nowhere more failed than is tolerated. */
function mustBegin(
  watching: Watching,
  given: {
    readonly plan: Plan;
    readonly operation: RingedOperation;
    readonly rows: Rows;
    readonly ring: number;
    readonly site: SiteId;
    readonly look: Look | undefined;
  },
): void {
  const { plan, operation, rows, ring, site, look } = given;
  const place = `${site} takes ${operation.applicationName} by plan ${plan.number}`;
  const progress = operation.fleet.rings[ring];
  must(plan.state === 'deploying', `${place}, which is ${plan.state}`);
  const begun = progress !== undefined && ['running', 'soaking', 'passed'].includes(progress.state);
  must(begun, `${place}, and ring ${progress?.name} is ${progress?.state}`);
  if (look === undefined) return;
  for (const [index, each] of operation.fleet.rings.entries()) {
    const policy = plan.course.rings?.rings[index];
    if (policy === undefined || each.state === 'waiting' || each.state === 'returned') continue;
    const { healthy, failed } = standing(watching, { index, operation, rows, look });
    const counted = Math.max(0, failed - each.accepted);
    const executed = healthy + counted;
    const tolerated = executed < policy.minExecuted || counted * 100 <= policy.errorThreshold * executed;
    must(tolerated, `${place} although ${counted} of ${executed} sites of ring ${each.name} failed`);
  }
}

function mustRunAsTold(
  { database, estate }: Watching,
  given: { readonly plan: Plan; readonly operation: RingedOperation; readonly rows: Rows },
): void {
  const { plan, operation, rows } = given;
  const tables = database.tables();
  if (!tables.held.has(placeKey(plan.environment, operation.application))) return;
  for (const { id, name } of estate.environmentOf(plan.environment).sites) {
    const row = rows.get(id);
    const document = tables.sites.get(id)?.document?.document.applications ?? [];
    const is = document.find((each) => each.application === operation.application)?.target.operation;
    const wanted = row?.told === true ? operation.after?.operation : operation.before?.operation;
    must(is === wanted, `${name} is to run ${is} of ${operation.applicationName} and was told ${wanted}`);
  }
}
