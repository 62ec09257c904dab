import {
  type GateObservation,
  hasBegun,
  isTerminal,
  isUnderWay,
  type Plan,
  type PlanId,
  type PlanState,
  planTransitions,
  type SiteId,
  targetsOf,
} from '@almanac/domain';
import { stagedIn, targetsIn } from '../database/tables.ts';
import { isOnline } from '../server/advance.ts';
import type { World } from '../world.ts';
import { reachableIn } from './reachable.ts';
import { must } from './violation.ts';
import { type Look, watchRings } from './watch-rings.ts';
import type { SiteWatch } from './watch-sites.ts';

export interface PlanWatch {
  /** The engine looks at a plan; this is what truly stands before it in this moment. */
  readonly looked: (plan: PlanId, gates: GateObservation) => void;
  readonly sitesMoved: (plan: Plan) => void;
  readonly plansCommitted: () => void;
  readonly plansRestored: () => void;
}

type Watching = Pick<World, 'database' | 'estate' | 'story'>;

/** Plans go only where they may, run only what was analysed and approved, and claim only what is so. */
export function watchPlans(world: Watching, sites: SiteWatch): PlanWatch {
  let seen = new Map<PlanId, Plan>();
  let begun = new Map<PlanId, string>();
  const ends = new Map<string, number>();
  const standings = new Map<PlanId, Look>();
  const rings = watchRings(world, sites);
  const check = (before: Plan | undefined, after: Plan) => {
    const name = `plan ${after.number}`;
    if (before === undefined) return must(after.state === 'draft', `${name} did not begin as a draft`);
    must(!isTerminal(before.state), `${name} was ${before.state} and was changed after its end`);
    must(reachable(before.state).has(after.state), `${name} went from ${before.state} to ${after.state}`);
    const look = standings.get(after.id);
    watchBegin({ before, after, standing: look?.gates, begun });
    watchEnds(world, { before, after, sites, ends, online: look?.online ?? new Set() });
    rings.moved(after, look);
    if (isTerminal(after.state)) world.story.count(`plan ended: ${after.state}`);
  };
  return {
    looked: (plan, gates) => {
      const tables = world.database.tables();
      const environment = tables.plans.get(plan)?.body.environment;
      const now = world.database.now();
      const rows = [...tables.sites.values()].filter((each) => each.environment === environment);
      const online = new Set(rows.filter((each) => isOnline(each.lastSeenAt, now)).map((each) => each.id));
      standings.set(plan, { gates, online, sites: new Map(rows.map((each) => [each.id, each])) });
    },
    sitesMoved: rings.sitesMoved,
    plansCommitted: () => {
      const { plans } = world.database.tables();
      const changed: Plan[] = [];
      for (const [id, { body }] of plans) {
        if (seen.get(id) === body) continue;
        check(seen.get(id), body);
        seen.set(id, body);
        changed.push(body);
      }
      for (const id of seen.keys()) must(plans.has(id), `plan ${seen.get(id)?.number} is gone`);
      if (changed.length > 0) watchTargets(world);
      rings.committed((plan) => standings.get(plan));
    },
    plansRestored: () => {
      const { plans } = world.database.tables();
      seen = new Map([...plans].map(([id, { body }]) => [id, body]));
      begun = new Map([...plans].flatMap(([id, { body }]) => (isUnderWay(body.state) ? [[id, runOf(body)]] : [])));
      ends.clear();
      for (const entry of world.database.tables().history)
        ends.set(entry.operation, (ends.get(entry.operation) ?? 0) + 1);
    },
  };
}

const reachable = reachableIn<PlanState>(planTransitions);

/** What a plan carries out: its content, and the key under which sites act for each operation. */
function runOf(plan: Plan): string {
  return JSON.stringify([plan.content, plan.operations.map((each) => [each.application, each.after?.operation])]);
}

/** A plan begins with what was analysed in that very moment, with every gate open, and runs that and no other content. */
function watchBegin(given: {
  readonly before: Plan;
  readonly after: Plan;
  readonly standing: GateObservation | undefined;
  readonly begun: Map<PlanId, string>;
}): void {
  const { before, after, standing, begun } = given;
  const name = `plan ${after.number}`;
  const begins = !hasBegun(before.state) && hasBegun(after.state);
  const anew = before.state === 'staged' && after.content !== before.content;
  const switches = before.state === 'staged' && after.state === 'deploying';
  if (begins || anew || switches) {
    must(standing?.analysed.content === after.content, `${name} begins with content that was not analysed`);
    const closed = (standing?.obstacles ?? []).filter(
      (each) => !(anew && !switches && each.code !== 'approval-missing' && each.code !== 'quarantined'),
    );
    must(closed.length === 0, `${name} begins although ${closed[0]?.detail ?? ''}`);
  }
  if (begins || anew) begun.set(after.id, runOf(after));
  if (isUnderWay(after.state))
    must(begun.get(after.id) === runOf(after), `${name} runs other content than it began with`);
  for (const operation of after.operations) {
    const started =
      operation.state === 'running' &&
      before.operations.some((each) => each.id === operation.id && each.state === 'pending');
    const barred =
      started &&
      operation.kind === 'deploy' &&
      operation.after !== null &&
      standing?.quarantined.has(operation.after.build) === true;
    must(!barred, `${name} starts ${operation.after?.build}, which is in quarantine`);
  }
}

/** What ended is entered into history once, and what succeeded was so on every site that is online. */
function watchEnds(
  world: Watching,
  given: {
    readonly before: Plan;
    readonly after: Plan;
    readonly sites: SiteWatch;
    readonly ends: Map<string, number>;
    readonly online: ReadonlySet<SiteId>;
  },
): void {
  const { before, after, sites, ends, online } = given;
  const tables = world.database.tables();
  for (const operation of after.operations) {
    const earlier = before.operations.find((each) => each.id === operation.id);
    const { state } = operation;
    const ended = earlier?.state !== state && (state === 'succeeded' || state === 'failed' || state === 'returned');
    if (ended) ends.set(operation.id, (ends.get(operation.id) ?? 0) + 1);
    const entries = tables.history.filter((each) => each.operation === operation.id).length;
    const expected = ends.get(operation.id) ?? 0;
    must(
      entries === expected,
      `${operation.applicationName} of plan ${after.number} ended ${expected} times and has ${entries} entries in history`,
    );
    // What goes over rings tolerates failures; its own ledger says how many.
    if (!ended || state !== 'succeeded' || earlier?.fleet != null) continue;
    for (const { id, name } of world.estate.environmentOf(after.environment).sites) {
      if (!online.has(id)) continue;
      const so =
        operation.after === null
          ? !sites.has(name, operation.application)
          : sites.wasHealthy(name, operation.after.operation);
      must(so, `plan ${after.number} says that ${operation.applicationName} succeeded, which was never so on ${name}`);
    }
  }
}

/** Targets are those of the plans that are under way, and no application is changed by two plans. */
function watchTargets(world: Watching): void {
  const tables = world.database.tables();
  const changedBy = new Map<string, number>();
  for (const { body } of tables.plans.values()) {
    if (!isUnderWay(body.state)) continue;
    for (const [application, { target, staged }] of targetsOf(body)) {
      const place = `${body.environment} ${application}`;
      const other = changedBy.get(place);
      must(other === undefined, `plans ${other} and ${body.number} change ${application} at the same time`);
      changedBy.set(place, body.number);
      const is = targetsIn(tables, body.environment).get(application)?.operation;
      const isStaged = stagedIn(tables, body.environment).get(application)?.operation;
      const same = is === target?.operation && isStaged === staged?.operation;
      must(same, `plan ${body.number} is saved, and what it wants of ${application} is not`);
    }
  }
}
