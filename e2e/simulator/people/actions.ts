import {
  type ApplicationId,
  decideAbort,
  decideCancel,
  decideCommand,
  decideContinue,
  decideEdit,
  decidePause,
  decideReject,
  decideSchedule,
  type FailurePolicy,
  isAtGates,
  isTerminal,
  isUnderWay,
  mayCancel,
  type Plan,
  type PlanId,
  planRestore,
  type RolloutCommand,
  refuse,
  stateAt,
} from '@almanac/domain';
import { type Choice, type PlanRow, placeKey, targetsIn } from '../database/tables.ts';
import type { Environment, Person } from '../estate/estate.ts';
import { analyse, nameOf } from '../server/analyse.ts';
import { refreshDocuments } from '../server/documents.ts';
import { openPlans } from '../server/jobs.ts';
import { approve, composePlan, decidePlan, deployChoice, planRow, startPlan } from '../server/plan-commands.ts';
import type { Command } from '../server/run-command.ts';
import type { World } from '../world.ts';

/** Something that a person wants; undefined where there is nothing to want it of. */
export type Action = (world: World, person: Person) => Omit<Command, 'key'> | undefined;

/** What people do, and how often. */
export const actions: readonly (readonly [number, Action])[] = [
  [6, deploy],
  [6, promote],
  [2, restore],
  [1, removeOne],
  [1, configure],
  [14, start],
  [10, look],
  [2, edit],
  [1, schedule],
  [1, reject],
  [2, pause],
  [5, continuePlan],
  [1, abort],
  [1, cancel],
  [2, set],
  [1, freeze],
  [2, thaw],
  [1, quarantine],
  [1, lift],
  [6, steer],
];

const mostOpenPlans = 8;

const plansThat = (world: World, wanted: (plan: Plan) => boolean): readonly PlanRow[] =>
  [...world.database.tables().plans.values()].filter(({ body }) => wanted(body));

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
): Omit<Command, 'key'> {
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

const lockOf = (plan: Pick<Plan, 'environment'>) => `plans:${plan.environment}`;

function compose(
  world: World,
  given: {
    readonly person: Person;
    readonly environment: Environment;
    readonly choices: readonly Choice[];
    readonly origin: PlanRow['origin'];
  },
): Omit<Command, 'key'> | undefined {
  const { environment, choices, origin, person } = given;
  // Whoever sees that so much is going on waits with new plans.
  if (choices.length === 0 || openPlans(world.database.tables()).length >= mostOpenPlans) return undefined;
  const failurePolicy = world.chance.pick<FailurePolicy>(['stop', 'continue', 'return']) ?? 'stop';
  return {
    what: `${origin} plan for ${environment.name} (${person.name})`,
    lock: null,
    decide: () =>
      composePlan(world, { environment: environment.id, choices, origin, failurePolicy, by: person.name }).commit,
  };
}

function deploy(world: World, person: Person) {
  const environment = world.estate.environments[0];
  if (environment === undefined) return undefined;
  const chosen = world.estate.applications.filter(() => world.chance.happens(0.5)).slice(0, 3);
  const choices = chosen.flatMap(({ id }) => {
    const builds = [...world.database.tables().builds.values()].filter((each) => each.application === id);
    const build = world.chance.happens(0.8) ? builds.at(-1) : world.chance.pick(builds);
    return build === undefined ? [] : [deployChoice(id, build.build)];
  });
  return compose(world, { person, environment, choices, origin: 'composed' });
}

/** Brings what an environment runs to the next one. */
function promote(world: World, person: Person) {
  const environment = world.chance.pick(world.estate.environments.filter((each) => each.previous !== null));
  if (environment === undefined || environment.previous === null) return undefined;
  const tables = world.database.tables();
  const there = targetsIn(tables, environment.id);
  const choices = [...targetsIn(tables, environment.previous.id)]
    .filter(([application, { build }]) => there.get(application)?.build !== build)
    .map(([application, { build }]) => deployChoice(application, build));
  const some = world.chance.happens(0.6) ? choices : choices.slice(0, 1);
  return compose(world, { person, environment, choices: some, origin: 'promotion' });
}

/** Makes an environment again what it was some minutes ago. */
function restore(world: World, person: Person) {
  const environment = world.chance.pick(world.estate.environments);
  if (environment === undefined) return undefined;
  const tables = world.database.tables();
  const changes = tables.history.filter((each) => each.environment === environment.id);
  const moment = world.database.now() - world.chance.between(10_000, 300_000);
  const now = new Map(
    [...targetsIn(tables, environment.id)].map(([application, { build, settingsHash }]) => [
      application,
      { build, settings: settingsHash },
    ]),
  );
  const choices = planRestore(now, stateAt({ snapshot: null, changes, moment })).map(
    (step): Choice =>
      step.kind === 'bring-back'
        ? deployChoice(step.application, step.wanted.build)
        : { application: step.application, kind: 'remove', build: null, given: null, tag: null },
  );
  return compose(world, { person, environment, choices, origin: 'restore' });
}

function removeOne(world: World, person: Person) {
  const environment = world.chance.pick(world.estate.environments);
  if (environment === undefined) return undefined;
  const application = world.chance.pick([...targetsIn(world.database.tables(), environment.id).keys()]);
  if (application === undefined) return undefined;
  const choice: Choice = { application, kind: 'remove', build: null, given: null, tag: null };
  return compose(world, { person, environment, choices: [choice], origin: 'composed' });
}

function configure(world: World, person: Person) {
  const environment = world.chance.pick(world.estate.environments);
  if (environment === undefined) return undefined;
  const application = world.chance.pick([...targetsIn(world.database.tables(), environment.id).keys()]);
  if (application === undefined) return undefined;
  const choice: Choice = { application, kind: 'configure', build: null, given: null, tag: null };
  return compose(world, { person, environment, choices: [choice], origin: 'composed' });
}

/** Asks something of a rollout that takes steps. */
function steer(world: World, person: Person): Omit<Command, 'key'> | undefined {
  const tables = world.database.tables();
  const stepping = [...tables.sites.values()].flatMap(({ environment, report }) =>
    (report?.applications ?? []).flatMap((each) => (each.phase === 'stepping' ? [{ environment, ...each }] : [])),
  );
  const found = world.chance.pick(stepping);
  const kind = world.chance.pick(['promote', 'pause', 'resume', 'resume', 'abort', 'skip'] as const);
  if (found === undefined || kind === undefined) return undefined;
  return rolloutCommand(world, { person, kind, ...found });
}

export function rolloutCommand(
  world: World,
  given: {
    readonly person: Person;
    readonly environment: Environment['id'];
    readonly application: ApplicationId;
    readonly step: number | null;
    readonly kind: RolloutCommand['kind'];
  },
): Omit<Command, 'key'> {
  const { person, environment, application, kind } = given;
  const name = nameOf(world, application);
  const step = kind === 'skip' ? given.step : null;
  return {
    what: `${kind} the rollout of ${name} in ${world.estate.environmentOf(environment).name} (${person.name})`,
    lock: null,
    decide: (now) => {
      const tables = world.database.tables();
      const target = targetsIn(tables, environment).get(application) ?? refuse('not-found', `${name} is not there`);
      const sites = [...tables.sites.values()]
        .filter((each) => each.environment === environment)
        .flatMap(({ report }) => (report?.applications ?? []).filter((each) => each.application === application));
      decideCommand({ kind, step }, { application: name, sites });
      return () => {
        const current = world.database.tables();
        const place = placeKey(environment, application);
        const number = Math.max(now, (current.commands.get(place)?.number ?? 0) + 1);
        const { operation } = target;
        current.commands.set(place, { number, operation, kind, step, by: person.name, reason: '' });
        world.story.tell(person.name, `asks to ${kind} the rollout of ${name}`);
        refreshDocuments(world, environment);
      };
    },
  };
}

function start(world: World, person: Person) {
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
function look(world: World, person: Person): Omit<Command, 'key'> | undefined {
  const row = world.chance.pick(plansThat(world, (plan) => plan.state === 'awaiting-approval'));
  return row === undefined ? undefined : approval(world, { person, plan: row.body.id, looked: row.body.content });
}

export function approval(
  world: World,
  given: { readonly person: Person; readonly plan: PlanId; readonly looked: string },
): Omit<Command, 'key'> {
  const { person, plan, looked } = given;
  const { body } = planRow(world, plan);
  return {
    what: `approve plan ${body.number} (${person.name})`,
    lock: lockOf(body),
    decide: (now) => approve(world, { plan, by: person.name, role: person.role, looked }, now),
  };
}

function edit(world: World, person: Person) {
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

function schedule(world: World, person: Person) {
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

function reject(world: World, person: Person) {
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

function pause(world: World, person: Person) {
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

function continuePlan(world: World, person: Person) {
  const row = world.chance.pick(plansThat(world, (plan) => plan.state === 'paused' || plan.state === 'staged'));
  return row === undefined
    ? undefined
    : about(world, { what: 'continue', done: 'continued', row, person, decide: ({ body }) => decideContinue(body) });
}

function abort(world: World, person: Person) {
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

function cancel(world: World, person: Person) {
  const row = world.chance.pick(plansThat(world, (plan) => !isTerminal(plan.state)));
  return row === undefined
    ? undefined
    : about(world, { what: 'cancel', done: 'cancelled', row, person, decide: ({ body }) => decideCancel(body) });
}

function set(world: World, person: Person) {
  const environment = world.chance.pick(world.estate.environments);
  const application = world.chance.pick(world.estate.applications);
  if (environment === undefined || application === undefined) return undefined;
  const key = placeKey(environment.id, application.id);
  return {
    what: `set a setting of ${application.name} in ${environment.name} (${person.name})`,
    lock: null,
    decide: () => () => {
      const { settings } = world.database.tables();
      settings.set(key, (settings.get(key) ?? 0) + 1);
      world.story.tell(person.name, `changes a setting of ${application.name} in ${environment.name}`);
    },
  };
}

function freeze(world: World, person: Person) {
  const environment = world.chance.pick(world.estate.environments);
  if (environment === undefined) return undefined;
  const minutes = world.chance.happens(0.7) ? world.chance.between(1, 5) : null;
  return {
    what: `freeze ${environment.name} (${person.name})`,
    lock: null,
    decide: (now: number) => () => {
      const until = minutes === null ? null : now + minutes * 60_000;
      const named = { name: 'quiet time', reason: 'the fair', by: person.name, calendar: null };
      world.database.tables().freezes.push({ ...named, environment: environment.id, from: now, until });
      world.story.tell(
        person.name,
        `freezes ${environment.name} ${minutes === null ? 'until further notice' : `for ${minutes} min`}`,
      );
    },
  };
}

function thaw(world: World, person: Person) {
  const environment = world.chance.pick(world.estate.environments);
  const frozen = world.database.tables().freezes.some((each) => each.environment === environment?.id);
  if (environment === undefined || !frozen) return undefined;
  return {
    what: `thaw ${environment.name} (${person.name})`,
    lock: null,
    decide: () => () => {
      const tables = world.database.tables();
      tables.freezes = tables.freezes.filter((each) => each.environment !== environment.id);
      world.story.tell(person.name, `lifts the freezes of ${environment.name}`);
    },
  };
}

function quarantine(world: World, person: Person) {
  const build = world.chance.pick([...world.database.tables().builds.values()].slice(-6));
  if (build === undefined) return undefined;
  return {
    what: `quarantine ${build.build} (${person.name})`,
    lock: null,
    decide: () => () => {
      world.database.tables().quarantines.add(build.build);
      world.story.tell(person.name, `puts ${build.build} into quarantine`);
    },
  };
}

function lift(world: World, person: Person) {
  const { quarantines } = world.database.tables();
  const build = world.chance.pick([...quarantines]);
  if (build === undefined) return undefined;
  return {
    what: `lift the quarantine of ${build} (${person.name})`,
    lock: null,
    decide: () => () => {
      world.database.tables().quarantines.delete(build);
      world.story.tell(person.name, `takes ${build} out of quarantine`);
    },
  };
}
