import {
  type ApplicationId,
  advancePlan,
  type Plan as DomainPlan,
  type EnvironmentId,
  type GateObservation,
  hasBegun,
  isAtGates,
  movesOf,
  type PlanId,
  type PlanObservation,
  touchedBy,
} from '@almanac/domain';
import { sql } from 'kysely';
import { z } from 'zod';
import type { RefreshDocuments } from '#features/sites';
import type { BackgroundContext, Periodic, Task } from '#platform/feature';
import type { CommandContext } from '#platform/http';
import { stopped, whyNoLonger } from './ask-again.ts';
import { choicesOf } from './choice.ts';
import { type PlanRow, planRows } from './load-plan.ts';
import { lockPlans } from './lock-plans.ts';
import { moveSites } from './move-sites.ts';
import { observeSites } from './observe-sites.ts';
import { readStanding } from './read-standing.ts';
import { keptOf, savePlan } from './save-plan.ts';
import { readTargets } from './targets.ts';

export const advanceTask = 'advance-plan';
const payload = z.object({ plan: z.uuid() });
const engine = { kind: 'system', name: 'plan engine' } as const;

/** Asks for a pass of the engine over a plan; asking often makes one pass. */
export async function wakePlan(context: CommandContext, plan: PlanId): Promise<void> {
  await context.enqueue({ task: advanceTask, key: `plan:${plan}`, payload: { plan } });
}

/** Wakes every plan of an environment that waits for something there. */
export async function wakePlansOf(context: CommandContext, environment: EnvironmentId): Promise<void> {
  const rows = await openPlans(context.db).where('environmentId', '=', environment).execute();
  for (const row of rows) await wakePlan(context, row.id);
}

/** Environments with more sites than this have their plans looked at once a second, whatever their sites say. */
const fewSites = 100;
const sitesPauseMs = 1000;

/** Wakes every plan of an environment after its sites said something; of many sites once a second. */
export async function wakePlansOfSites(context: CommandContext, environment: EnvironmentId): Promise<void> {
  const rows = await openPlans(context.db).where('environmentId', '=', environment).execute();
  if (rows.length === 0) return;
  const { rows: counted } = await sql<{ many: boolean }>`
    select exists (select 1 from sites where environment_id = ${environment} offset ${fewSites}) as many`.execute(
    context.db,
  );
  const runAt = new Date(context.now.getTime() + (counted[0]?.many === true ? sitesPauseMs : 0));
  for (const row of rows)
    await context.enqueue({
      task: advanceTask,
      key: `plan:${row.id}`,
      payload: { plan: row.id },
      runAt,
      keepTime: true,
    });
}

/** Wakes every plan that waits anywhere, after what environments ask of a change is another. */
export async function wakeWaitingPlans(context: CommandContext): Promise<void> {
  for (const row of await openPlans(context.db).execute()) await wakePlan(context, row.id);
}

function openPlans(db: CommandContext['db'] | BackgroundContext['db']) {
  return db.selectFrom('plans').select('id').where('endedAt', 'is', null).where('state', '<>', 'draft');
}

export function advanceTasks(refreshDocuments: RefreshDocuments): { readonly task: Task; readonly sweeper: Periodic } {
  const pass = oneAtATime((context: BackgroundContext, plan: PlanId) =>
    context.inTransaction({ actor: engine, action: 'values-set-back' }, (command) =>
      advanceOnce(command, { plan, refreshDocuments }),
    ),
  );
  return {
    task: { name: advanceTask, run: (context, given) => pass(context, payload.parse(given).plan as PlanId) },
    sweeper: {
      // Whatever hint was lost, whichever node died: each plan that is not at its end is looked at again.
      name: 'sweep-plans',
      everyMs: 5000,
      run: async (context) => {
        for (const { id } of await openPlans(context.db).execute()) await pass(context, id);
      },
    },
  };
}

/**
 * Passes over the same plan on this node run one after the other: what is asked for while one runs is one more
 * afterwards, and waits on no connection for its turn. A pass that is lost with the process is made by the sweeper.
 */
function oneAtATime(
  pass: (context: BackgroundContext, plan: PlanId) => Promise<void>,
): (context: BackgroundContext, plan: PlanId) => Promise<void> {
  const running = new Map<PlanId, { again: boolean }>();
  return async (context, plan) => {
    const present = running.get(plan);
    if (present !== undefined) {
      present.again = true;
      return;
    }
    const own = { again: true };
    running.set(plan, own);
    try {
      while (own.again) {
        own.again = false;
        await pass(context, plan);
      }
    } finally {
      running.delete(plan);
    }
  };
}

/** One pass: one snapshot, one decision, one save. */
async function advanceOnce(
  context: CommandContext,
  input: { readonly plan: PlanId; readonly refreshDocuments: RefreshDocuments },
): Promise<void> {
  const { db } = context;
  context.audit(null);
  const found = await db
    .selectFrom('plans')
    .select(['id', 'environmentId'])
    .where('id', '=', input.plan)
    .executeTakeFirst();
  if (found === undefined) return;
  await lockPlans(db, found.environmentId);
  const row = await planRows(db).where('plans.id', '=', input.plan).executeTakeFirstOrThrow();
  if (row.endedAt !== null) return;
  const { gates, analysis } = await readStanding(context, row);
  await wakeWhenDue(context, { plan: row.id, gates });
  const observed = await observe(context, { plan: row.body, gates });
  const advanced = advancePlan(row.body, observed, context.now.getTime());
  const { plan, notes } = fires(row.body, advanced.plan) ? await askAgain(context, { row, advanced }) : advanced;
  const { refreshDocuments } = input;
  const moves = movesOf(plan, observed);
  if (plan !== row.body) {
    await savePlan(context, { row, plan, notes, analysis, refreshDocuments });
    if (row.startedAt === null && hasBegun(plan.state)) auditSetBack(context, row);
  } else if (analysis.stamp !== row.analysisStamp)
    await db.updateTable('plans').set(keptOf(analysis, plan)).where('id', '=', plan.id).execute();
  const moved = await moveSites(context, moves);
  if (moved.length > 0) await refreshDocuments(context, plan.environment, moved);
  if (plan === row.body) return;
  // What waited for this plan may go on now.
  if (plan.state !== row.body.state) await wakePlansOf(context, plan.environment);
}

/** Whether a plan begins now, or goes over to the switch of what was staged: what was decided earlier takes effect. */
function fires(before: DomainPlan, after: DomainPlan): boolean {
  const begins = !hasBegun(before.state) && hasBegun(after.state);
  return begins || (before.state === 'staged' && after.state === 'deploying');
}

/** What becomes of a plan that fires: it goes on if whoever had it started still may have it. */
async function askAgain(
  context: CommandContext,
  { row, advanced }: { readonly row: PlanRow; readonly advanced: ReturnType<typeof advancePlan> },
): Promise<ReturnType<typeof advancePlan>> {
  const reason = await whyNoLonger(context, row);
  if (reason === undefined) return advanced;
  const plan = stopped(row.body, { reason, now: context.now.getTime() });
  return { ...advanced, plan, notes: [{ level: 'error', application: null, site: null, message: reason }] };
}

/** Values that people set are set back by whoever composed that: the record says which, and for whom. */
function auditSetBack(context: CommandContext, row: PlanRow): void {
  const values = choicesOf(row).flatMap(({ name, valuesBack = [] }) => valuesBack.map(({ key }) => `${name} ${key}`));
  if (values.length === 0) return;
  context.audit({
    subject: `plan:${row.number}`,
    detail: { environment: row.environmentName, values, for: row.requestedBy },
  });
}

/** A gate that opens by itself is looked at then; the sweeper would come a little later. */
async function wakeWhenDue(
  context: CommandContext,
  input: { readonly plan: PlanId; readonly gates: GateObservation },
): Promise<void> {
  const times = input.gates.obstacles.flatMap((each) => each.earliest ?? []);
  if (times.length === 0) return;
  // A key of its own: a look that was asked for at once must not be put off by this one.
  await context.enqueue({
    task: advanceTask,
    key: `plan-due:${input.plan}`,
    payload: { plan: input.plan },
    runAt: new Date(Math.min(...times)),
  });
}

async function observe(
  context: CommandContext,
  input: { readonly plan: DomainPlan; readonly gates: GateObservation },
): Promise<PlanObservation> {
  const { db } = context;
  const { plan, gates } = input;
  const applications = plan.operations.map((each) => each.application);
  return {
    gates,
    sites: await observeSites(db, plan),
    // Only who may leave the queue asks what the environment has; with the settings of all sites that is much to read.
    targets: isAtGates(plan.state) ? await readTargets(db, { environment: plan.environment, applications }) : new Map(),
    active: await activePlans(context, plan),
  };
}

async function activePlans(context: CommandContext, plan: DomainPlan): Promise<PlanObservation['active']> {
  const rows = await context.db
    .selectFrom('plans')
    .select(['number', 'body'])
    .where('environmentId', '=', plan.environment)
    .where('id', '<>', plan.id)
    .where('endedAt', 'is', null)
    .where('state', 'in', ['staging', 'staged', 'deploying', 'paused', 'aborting', 'returning'])
    .orderBy('number')
    .execute();
  const names = await applicationNames(
    context,
    rows.flatMap((row) => touchedBy(row.body)),
  );
  return rows.map((row) => ({
    number: row.number,
    touches: touchedBy(row.body).map((application) => ({ application, name: names.get(application) ?? application })),
  }));
}

async function applicationNames(
  context: CommandContext,
  ids: readonly ApplicationId[],
): Promise<ReadonlyMap<ApplicationId, string>> {
  if (ids.length === 0) return new Map();
  const rows = await context.db
    .selectFrom('applications')
    .select(['id', 'name'])
    .where('id', 'in', [...new Set(ids)])
    .execute();
  return new Map(rows.map((row) => [row.id, row.name]));
}
