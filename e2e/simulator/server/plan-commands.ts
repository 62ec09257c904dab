import {
  type ApplicationId,
  decideApproval,
  decideStart,
  type EnvironmentId,
  type FailurePolicy,
  isTerminal,
  openPolicy,
  type Plan,
  type PlanId,
  refuse,
} from '@almanac/domain';
import type { Commit } from '../database/database.ts';
import type { Choice, PlanRow } from '../database/tables.ts';
import type { World } from '../world.ts';
import { analyse } from './analyse.ts';
import { wakePlan, wakePlansOf } from './jobs.ts';
import { plantedGates } from './planted-gates.ts';
import { savePlan } from './save-plan.ts';
import { readStanding } from './standing.ts';

export interface NewPlan {
  readonly environment: EnvironmentId;
  readonly choices: readonly Choice[];
  readonly origin: PlanRow['origin'];
  readonly failurePolicy: FailurePolicy;
  readonly by: string;
}

/** Composes a draft, analysed as the environment is now. */
export function composePlan(world: World, given: NewPlan): { readonly id: PlanId; readonly commit: Commit<void> } {
  const tables = world.database.tables();
  const { environment, choices, failurePolicy } = given;
  const { content } = analyse(world, tables, { environment, choices, failurePolicy, earlier: [] });
  const id = world.newId('plan');
  const body: Plan = {
    id,
    number: Number(id.slice('plan-'.length)),
    environment,
    state: 'draft',
    reason: null,
    authors: [given.by],
    startAt: null,
    hotfix: false,
    course: {
      twoStep: openPolicy.twoStep,
      stagedFor: openPolicy.stagedFor * 60_000,
      whileFrozen: openPolicy.whileFrozen,
      parallel: openPolicy.parallel,
      rings: null,
    },
    stagedUntil: null,
    continued: false,
    paused: null,
    failurePolicy,
    ...content,
  };
  // Whoever asks for a way back wants the step back.
  const confirmed = ['downgrade', 'restore-removes'];
  return {
    id,
    commit: () => {
      world.database.tables().plans.set(id, { body, revision: 1, choices, origin: given.origin, confirmed });
      const words = content.operations.map((each) => wordsOf(each.kind, each.applicationName, each.after?.build));
      const where = world.estate.environmentOf(environment).name;
      world.story.tell(`plan ${body.number}`, `is composed by ${given.by} for ${where}: ${words.join(', ')}`);
    },
  };
}

function wordsOf(kind: Choice['kind'], name: string, build: string | undefined): string {
  return kind === 'remove' ? `remove ${name}` : `${kind} ${build ?? name}`;
}

/** Loads a plan, decides, saves, wakes the engine: the shape of every command about a plan. */
export function decidePlan(
  world: World,
  given: { readonly plan: PlanId; readonly note: string; readonly decide: (row: PlanRow) => Plan },
): Commit<void> {
  const row = planRow(world, given.plan);
  const plan = given.decide(row);
  return () => {
    if (plan !== row.body) {
      const notes = [{ level: 'info', application: null, site: null, message: given.note }] as const;
      savePlan(world, { row, plan, notes });
    }
    if (isTerminal(plan.state)) wakePlansOf(world, plan.environment);
    else wakePlan(world, plan.id);
  };
}

export function planRow(world: World, plan: PlanId): PlanRow {
  return world.database.tables().plans.get(plan) ?? refuse('not-found', 'there is no such plan');
}

/** Starts a draft; what was started already is started the same, or refused, whatever its gates say. */
export function startPlan(world: World, row: PlanRow, now: number): Plan {
  if (row.body.state !== 'draft')
    return decideStart(row.body, { analysed: row.body, obstacles: [], waitForThaw: true });
  const { gates } = readStanding(world, world.database.tables(), { row, now });
  return decideStart(row.body, { ...plantedGates(world, row.body, gates), waitForThaw: true });
}

/** Records an approval of what somebody looked at. */
export function approve(
  world: World,
  given: { readonly plan: PlanId; readonly by: string; readonly role: string; readonly looked: string },
  now: number,
): Commit<void> {
  const row = planRow(world, given.plan);
  const { gates, facts } = readStanding(world, world.database.tables(), { row, now });
  const { by, role } = given;
  const authors = world.has('authors-approve') ? [] : row.body.authors;
  decideApproval(
    { ...row.body, authors },
    {
      approver: { by, role, teams: [] },
      looked: given.looked,
      analysed: gates.analysed.content,
      environment: facts.environment,
      rules: facts.requirements.approvals,
    },
  );
  return () => {
    world.database.tables().approvals.push({ plan: row.body.id, by, role, teams: [], content: given.looked });
    savePlan(world, {
      row,
      plan: { ...row.body },
      notes: [{ level: 'info', application: null, site: null, message: `approved by ${by}` }],
    });
    wakePlan(world, row.body.id);
  };
}

export function deployChoice(application: ApplicationId, build: Choice['build']): Choice {
  return { application, kind: 'deploy', build, given: null, tag: null };
}
