import {
  decideAbort,
  decideCancel,
  decideContinue,
  decideEdit,
  decidePause,
  decideReject,
  decideReturnRing,
  decideSchedule,
  isAtGates,
  isRinged,
  isTerminal,
  isUnderWay,
  mayCancel,
  type Plan,
  type PlanId,
} from '@almanac/domain';
import type { PlanRow } from '../database/tables.ts';
import type { Person } from '../estate/estate.ts';
import { analyse } from '../server/analyse.ts';
import { approve, decidePlan, planRow, startPlan } from '../server/plan-commands.ts';
import type { World } from '../world.ts';
import type { Wish } from './wish.ts';

const plansThat = (world: World, wanted: (plan: Plan) => boolean): readonly PlanRow[] =>
  [...world.database.tables().plans.values()].filter(({ body }) => wanted(body));

const lockOf = (plan: Pick<Plan, 'environment'>) => `plans:${plan.environment}`;

/** A command about one plan, decided on what it is when the command is carried out. */
export function about(
  world: World,
  given: {
    readonly what: string;
    /** The same for the log: what was done. */
    readonly done: string;
    readonly row: PlanRow;
    readonly person: Person;
    readonly decide: (row: PlanRow, now: number) => Plan;
  },
): Wish {
  const { row, person } = given;
  const plan = row.body.id;
  return {
    what: `${given.what} plan ${row.body.number} (${person.name})`,
    lock: lockOf(row.body),
    decide: (now) =>
      decidePlan(world, {
        plan,
        note: `${given.done} by ${person.name}`,
        decide: (current) => given.decide(current, now),
      }),
  };
}

export function start(world: World, person: Person) {
  const drafts = plansThat(world, (plan) => plan.state === 'draft').slice(-4);
  const row = world.chance.pick(drafts);
  return row === undefined
    ? undefined
    : about(world, {
        what: 'start',
        done: 'started',
        row,
        person,
        decide: (current, now) => startPlan(world, current, now),
      });
}

/** Somebody looks at what waits, and approves it as it is shown; by mistake also plans of their own. */
export function look(world: World, person: Person): Wish | undefined {
  const row = world.chance.pick(plansThat(world, (plan) => plan.state === 'awaiting-approval'));
  return row === undefined ? undefined : approval(world, { person, plan: row.body.id, looked: row.body.content });
}

export function approval(
  world: World,
  given: { readonly person: Person; readonly plan: PlanId; readonly looked: string },
): Wish {
  const { person, plan, looked } = given;
  const { body } = planRow(world, plan);
  return {
    what: `approve plan ${body.number} (${person.name})`,
    lock: lockOf(body),
    decide: (now) => approve(world, { plan, by: person.name, role: person.role, looked }, now),
  };
}

export function edit(world: World, person: Person) {
  const row = world.chance.pick(plansThat(world, (plan) => mayCancel(plan.state)));
  if (row === undefined) return undefined;
  const what = `edit plan ${row.body.number} (${person.name})`;
  return {
    what,
    lock: lockOf(row.body),
    decide: () => {
      const current = planRow(world, row.body.id);
      const choices = current.choices.length > 1 ? current.choices.slice(1) : current.choices;
      const { environment, operations } = current.body;
      const given = { environment, choices, failurePolicy: 'return', earlier: operations } as const;
      const { content } = analyse(world, world.database.tables(), given);
      const edited = decideEdit(current.body, { analysed: content, failurePolicy: 'return', by: person.name });
      const commit = decidePlan(world, { plan: row.body.id, note: `edited by ${person.name}`, decide: () => edited });
      return () => {
        commit();
        const saved = planRow(world, row.body.id);
        world.database.tables().plans.set(row.body.id, { ...saved, choices });
      };
    },
  };
}

export function schedule(world: World, person: Person) {
  const row = world.chance.pick(plansThat(world, (plan) => mayCancel(plan.state)));
  const later = world.chance.between(5, 120) * 1000;
  return row === undefined
    ? undefined
    : about(world, {
        what: 'schedule',
        done: 'scheduled',
        row,
        person,
        decide: ({ body }, now) => decideSchedule(body, now + later),
      });
}

export function reject(world: World, person: Person) {
  const row = world.chance.pick(plansThat(world, (plan) => isAtGates(plan.state)));
  const given = { by: person.name, comment: 'not today' };
  return row === undefined
    ? undefined
    : about(world, {
        what: 'reject',
        done: 'rejected',
        row,
        person,
        decide: ({ body }) => decideReject(body, given),
      });
}

export function pause(world: World, person: Person) {
  const row = world.chance.pick(plansThat(world, (plan) => isUnderWay(plan.state)));
  return row === undefined
    ? undefined
    : about(world, {
        what: 'pause',
        done: 'paused',
        row,
        person,
        decide: ({ body }) => decidePause(body, 'the phone rings'),
      });
}

export function continuePlan(world: World, person: Person) {
  const row = world.chance.pick(plansThat(world, (plan) => plan.state === 'paused' || plan.state === 'staged'));
  return row === undefined
    ? undefined
    : about(world, {
        what: 'continue',
        done: 'continued',
        row,
        person,
        decide: ({ body }, now) => decideContinue(body, now),
      });
}

export function abort(world: World, person: Person) {
  const row = world.chance.pick(plansThat(world, (plan) => isUnderWay(plan.state)));
  return row === undefined
    ? undefined
    : about(world, {
        what: 'abort',
        done: 'aborted',
        row,
        person,
        decide: ({ body }, now) => decideAbort(body, now),
      });
}

/** Somebody does not like what a ring does, and takes it back. */
export function returnRing(world: World, person: Person) {
  const row = world.chance.pick(plansThat(world, (plan) => plan.operations.some(isRinged)));
  const ring = world.chance.pick(row?.body.course.rings?.rings ?? [])?.name;
  return row === undefined || ring === undefined
    ? undefined
    : about(world, {
        what: 'return-ring',
        done: `ring ${ring} taken back`,
        row,
        person,
        decide: ({ body }, now) => decideReturnRing(body, { ring, by: person.name }, now),
      });
}

export function cancel(world: World, person: Person) {
  const row = world.chance.pick(plansThat(world, (plan) => !isTerminal(plan.state)));
  return row === undefined
    ? undefined
    : about(world, { what: 'cancel', done: 'cancelled', row, person, decide: ({ body }) => decideCancel(body) });
}
