import {
  type Plan as DomainPlan,
  type EnvironmentId,
  isTerminal,
  isUnderWay,
  type PlanId,
  refuse,
} from '@almanac/domain';
import { sql } from 'kysely';
import { findApplication } from '#features/applications';
import { findEnvironment } from '#features/environments';
import type { SealGiven } from '#features/settings';
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
import { beyondScope, veilFor } from '#scope';
import { type Choice, choicesOf } from './choice.ts';
import { createPlan, draftPlan } from './create-plan.ts';
import { createDecided, presentOne } from './decided.ts';
import { findPlan, type PlanRow, planRows, presentPlans } from './load-plan.ts';
import { reportEndpoints } from './report.routes.ts';
import { standingEndpoints } from './standing.routes.ts';
import { start, steerEndpoints } from './steer.routes.ts';

export function planEndpoints(input: {
  readonly feed: EventFeed;
  readonly refreshDocuments: RefreshDocuments;
  readonly seal: SealGiven;
}): readonly Endpoint[] {
  const { feed, refreshDocuments, seal } = input;
  const decided = createDecided(refreshDocuments);

  return [
    read('listPlans', async ({ db }, { query }) => {
      const before = Number(decodeCursor(query.cursor)?.[0] ?? Number.MAX_SAFE_INTEGER);
      const whole = beyondScope(db, 'the sites and builds of plans that the scope let through');
      const environment = query.environment === undefined ? undefined : await findEnvironment(whole, query.environment);
      const application = query.application === undefined ? undefined : await findApplication(whole, query.application);
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
        items: await presentPlans(whole, { rows: page, scope: db.scope }),
        next: rows.length > query.limit && last !== undefined ? encodeCursor([last.number]) : null,
      };
    }),

    command('createPlan', async (context, { body }) => {
      const { start: atOnce, confirm, startAt, waitForThaw, ...composition } = body;
      const id = await createPlan(context, {
        ...composition,
        confirmed: confirm,
        startAt: startAt === undefined ? undefined : new Date(startAt),
        seal,
      });
      const row = await findPlan(context.db, id);
      if (atOnce && row.findings.every((each) => each.severity !== 'error'))
        return decided(context, {
          reference: id,
          revision: undefined,
          decide: (drafted) => start(context, { row: drafted, confirm, waitForThaw }),
          note: 'started',
        });
      context.audit({ subject: `plan:${row.number}`, detail: { environment: row.environmentName } });
      return presentOne(context.db, { id, scope: context.access.scopeOf('list') });
    }),

    command('retryPlan', async (context, { params }) => {
      const row = await findPlan(context.db, params.plan);
      const environment = { id: row.environmentId, name: row.environmentName };
      const id = await copyPlan(context, { row, environment, choices: choicesOf(row) });
      return presentOne(context.db, { id, scope: context.access.scopeOf('list') });
    }),
    command('reusePlan', async (context, { params, body }) => {
      const row = await findPlan(context.db, params.plan);
      const environment = await findEnvironment(context.db, body.environment);
      const choices = choicesOf(row)
        .filter((each) => each.kind === 'deploy')
        .map((each) => ({ ...each, given: [], earlierSettings: null, valuesBack: [] }));
      if (choices.length === 0)
        return refuse(
          'nothing-to-do',
          `plan ${row.number} deploys nothing that could be deployed to ${environment.name}`,
        );
      const id = await copyPlan(context, { row, environment, choices });
      return presentOne(context.db, { id, scope: context.access.scopeOf('list') });
    }),

    direct('getPlan', async ({ db, access, signal, aside }, { params, query }) => {
      const found = await findPlan(db, params.plan);
      await waitForChange({
        feed,
        plan: found.id,
        seconds: query.wait,
        signal,
        aside,
        done: async () => query.after === undefined || (await findPlan(db, found.id)).revision > query.after,
      });
      const rows = [await findPlan(db, found.id)];
      const [plan] = await presentPlans(db, { rows, scope: access.scopeOf('list') });
      return plan ?? refuse('not-found', 'the plan is gone');
    }),

    ...steerEndpoints(decided, seal),
    ...standingEndpoints,
    ...reportEndpoints,

    direct('readPlanLog', async ({ db, access, signal, aside }, { params, query }) => {
      const { id, environmentId } = await findPlan(db, params.plan);
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
      const veil = await veilFor(db, { scope: access.scopeOf('list'), environments: [environmentId] });
      const complete = rows.length < 500 && isOver(await findPlan(db, id));
      return {
        entries: veil(rows).map(({ position, at, level, application, site, message }) => ({
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

/** A new draft of what another plan contains. */
async function copyPlan(
  context: CommandContext,
  input: {
    readonly row: PlanRow;
    readonly environment: { readonly id: EnvironmentId; readonly name: string };
    readonly choices: readonly Choice[];
  },
): Promise<PlanId> {
  const { row, environment, choices } = input;
  const id = await draftPlan(context, {
    environment,
    choices,
    origin: row.origin === 'following' ? 'composed' : row.origin,
    release: row.releaseName === null ? null : { id: row.releaseId, name: row.releaseName },
    notes: row.notes,
    failurePolicy: row.body.failurePolicy,
    hotfix: row.body.hotfix,
  });
  context.audit({ subject: `plan:${row.number}`, detail: { environment: environment.name } });
  return id;
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
