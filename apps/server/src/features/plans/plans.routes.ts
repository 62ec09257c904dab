import {
  actorName,
  type Plan as DomainPlan,
  decideAbort,
  decideCancel,
  decideStart,
  isTerminal,
  isUnderWay,
  type PlanNote,
  refuse,
} from '@almanac/domain';
import { sql } from 'kysely';
import { findApplication } from '#features/applications';
import { findEnvironment } from '#features/environments';
import type { RefreshDocuments } from '#features/sites';
import type { EventFeed, FeedEvent } from '#platform/events';
import {
  type CommandContext,
  command,
  type DirectContext,
  decodeCursor,
  direct,
  type Endpoint,
  encodeCursor,
  read,
} from '#platform/http';
import { wakePlan, wakePlansOf } from './advance-plan.task.ts';
import { createPlan } from './create-plan.ts';
import { findPlan, planRows, presentPlans } from './load-plan.ts';
import { savePlan } from './save-plan.ts';

export function planEndpoints(input: {
  readonly feed: EventFeed;
  readonly refreshDocuments: RefreshDocuments;
}): readonly Endpoint[] {
  const { feed, refreshDocuments } = input;

  /** Loads a plan, decides, saves, wakes the engine: the shape of every command about a plan. */
  const decided = async (
    context: CommandContext,
    given: {
      readonly reference: string;
      readonly revision: number | undefined;
      readonly decide: (plan: DomainPlan, row: Awaited<ReturnType<typeof findPlan>>) => DomainPlan;
      readonly note: string;
    },
  ) => {
    const found = await findPlan(context.db, given.reference);
    await sql`select pg_advisory_xact_lock(hashtextextended(${`plans:${found.environmentId}`}, 0))`.execute(context.db);
    const row = await findPlan(context.db, found.id);
    if (given.revision !== undefined && given.revision !== row.revision && row.state === 'draft')
      refuse('revision-mismatch', `plan ${row.number} is at revision ${row.revision} now; look at it again`);
    const plan = given.decide(row.body, row);
    const by = actorName(context.actor);
    const notes: readonly PlanNote[] = [
      { level: 'info', application: null, site: null, message: `${given.note} by ${by}` },
    ];
    if (plan !== row.body) await savePlan(context, { row, plan, notes, refreshDocuments });
    if (isTerminal(plan.state)) await wakePlansOf(context, plan.environment);
    else await wakePlan(context, row.id);
    context.audit({ subject: `plan:${row.number}`, detail: { environment: row.environmentName } });
    return presentOne(context, row.id);
  };

  return [
    read('listPlans', async ({ db }, { query }) => {
      const before = Number(decodeCursor(query.cursor)?.[0] ?? Number.MAX_SAFE_INTEGER);
      const environment = query.environment === undefined ? undefined : await findEnvironment(db, query.environment);
      const application = query.application === undefined ? undefined : await findApplication(db, query.application);
      const rows = await planRows(db)
        .where('plans.number', '<', Math.min(before, 2_147_483_647))
        .$if(environment !== undefined, (each) =>
          each.where('plans.environmentId', '=', environment?.id ?? ('' as never)),
        )
        .$if(application !== undefined, (each) =>
          each.where(sql<boolean>`plans.application_ids @> array[${application?.id}]::uuid[]`),
        )
        .$if(query.active === true, (each) =>
          each.where('plans.endedAt', 'is', null).where('plans.state', '<>', 'draft'),
        )
        .orderBy('plans.number', 'desc')
        .limit(query.limit + 1)
        .execute();
      const page = rows.slice(0, query.limit);
      const last = page.at(-1);
      return {
        items: await presentPlans(db, page),
        next: rows.length > query.limit && last !== undefined ? encodeCursor([last.number]) : null,
      };
    }),

    command('createPlan', async (context, { body }) => {
      const id = await createPlan(context, body);
      const row = await findPlan(context.db, id);
      const startable = body.start && row.findings.every((each) => each.severity !== 'error');
      if (startable)
        return decided(context, {
          reference: id,
          revision: undefined,
          decide: (plan) => decideStart(plan, row.findings),
          note: 'started',
        });
      context.audit({ subject: `plan:${row.number}`, detail: { environment: row.environmentName } });
      return presentOne(context, id);
    }),

    direct('getPlan', async ({ db, signal, aside }, { params, query }) => {
      const found = await findPlan(db, params.plan);
      await waitForChange({
        feed,
        plan: found.id,
        seconds: query.wait,
        signal,
        aside,
        done: async () => query.after === undefined || (await findPlan(db, found.id)).revision > query.after,
      });
      const [plan] = await presentPlans(db, [await findPlan(db, found.id)]);
      return plan ?? refuse('not-found', 'the plan is gone');
    }),

    command('startPlan', (context, { params, body }) =>
      decided(context, {
        reference: params.plan,
        revision: body.revision,
        decide: (plan, row) => decideStart(plan, row.findings),
        note: 'started',
      }),
    ),
    command('cancelPlan', (context, { params, body }) =>
      decided(context, { reference: params.plan, revision: body.revision, decide: decideCancel, note: 'cancelled' }),
    ),
    command('abortPlan', (context, { params, body }) =>
      decided(context, {
        reference: params.plan,
        revision: body.revision,
        decide: (plan) => decideAbort(plan, context.now.getTime()),
        note: 'aborted',
      }),
    ),

    direct('readPlanLog', async ({ db, signal, aside }, { params, query }) => {
      const { id } = await findPlan(db, params.plan);
      const next = () =>
        db
          .selectFrom('planLog')
          .selectAll()
          .where('planId', '=', id)
          .where('position', '>', query.after)
          .orderBy('position')
          .limit(500)
          .execute();
      await waitForChange({
        feed,
        plan: id,
        seconds: query.wait,
        signal,
        aside,
        done: async () => (await next()).length > 0 || isOver(await findPlan(db, id)),
      });
      const rows = await next();
      const complete = rows.length < 500 && isOver(await findPlan(db, id));
      return {
        entries: rows.map(({ position, at, level, application, site, message }) => ({
          position,
          at: at.toISOString(),
          level,
          application,
          site,
          message,
        })),
        next: rows.at(-1)?.position ?? query.after,
        complete,
      };
    }),
  ];
}

function isOver(row: { readonly state: DomainPlan['state'] }): boolean {
  return isTerminal(row.state) || (row.state === 'draft' && !isUnderWay(row.state));
}

async function presentOne(context: CommandContext, id: DomainPlan['id']) {
  const [plan] = await presentPlans(context.db, [await findPlan(context.db, id)]);
  return plan ?? refuse('not-found', 'the plan is gone');
}

/** Waits until `done`, looking again at each event that concerns the plan or the sites of its environment. */
async function waitForChange(input: {
  readonly feed: EventFeed;
  readonly plan: string;
  readonly seconds: number;
  readonly signal: AbortSignal;
  readonly aside: DirectContext['aside'];
  readonly done: () => Promise<boolean>;
}): Promise<void> {
  const deadline = performance.now() + input.seconds * 1000;
  const matches = (event: FeedEvent) => event.subject['plan'] === input.plan || event.kind === 'site-changed';
  while (!(await input.done())) {
    const seconds = (deadline - performance.now()) / 1000;
    if (seconds <= 0 || input.signal.aborted) return;
    await input.aside(() => input.feed.waitFor({ matches, seconds: Math.min(seconds, 2), signal: input.signal }));
  }
}
