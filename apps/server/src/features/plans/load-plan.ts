import { type Plan as DomainPlan, refuse } from '@almanac/domain';
import type { Plan } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import { referencesOf } from '#features/builds';
import { placedSites } from '#features/environments';
import { siteRows } from '#features/sites';
import type { Tables } from '#tables';

export function planRows(db: Kysely<Tables>) {
  return db
    .selectFrom('plans')
    .innerJoin('environments', 'environments.id', 'plans.environmentId')
    .selectAll('plans')
    .select('environments.name as environmentName');
}

export type PlanRow = Awaited<ReturnType<ReturnType<typeof planRows>['execute']>>[number];

/** The plan with a key or number. */
export async function findPlan(db: Kysely<Tables>, reference: string): Promise<PlanRow> {
  const byKey = z.uuid().safeParse(reference).success;
  const number = Number(reference);
  if (!byKey && !(Number.isInteger(number) && number > 0))
    return refuse('not-found', `there is no plan ${reference}; a plan has a number`);
  const found = await planRows(db)
    .where((where) => (byKey ? where('plans.id', '=', reference as never) : where('plans.number', '=', number)))
    .executeTakeFirst();
  return found ?? refuse('not-found', `there is no plan ${reference}`);
}

/** Plans as the API shows them, with the progress of each operation on each site. */
export async function presentPlans(db: Kysely<Tables>, rows: readonly PlanRow[]): Promise<Plan[]> {
  const builds = rows.flatMap((row) =>
    row.body.operations.flatMap((each) => [each.before?.build ?? null, each.after?.build ?? null]),
  );
  const references = await referencesOf(db, builds);
  const reference = (target: DomainPlan['operations'][number]['before']) =>
    target === null ? null : (references.get(target.build) ?? null);
  const plans: Plan[] = [];
  for (const row of rows) {
    const { body } = row;
    plans.push({
      id: row.id,
      number: row.number,
      environment: { id: row.environmentId, name: row.environmentName },
      state: row.state,
      reason: body.reason,
      origin: row.origin,
      notes: row.notes,
      failurePolicy: body.failurePolicy,
      requestedBy: row.requestedBy,
      createdAt: row.createdAt.toISOString(),
      startedAt: row.startedAt?.toISOString() ?? null,
      endedAt: row.endedAt?.toISOString() ?? null,
      operations: await Promise.all(
        body.operations.map(async (each) => ({
          id: each.id,
          application: { id: each.application, name: each.applicationName },
          kind: each.kind,
          wave: each.wave,
          before: reference(each.before),
          after: reference(each.after),
          state: each.state,
          message: each.message,
          sites:
            row.endedAt === null && row.startedAt !== null
              ? await siteProgress(db, { plan: body, operation: each })
              : [],
          startedAt: each.startedAt === null ? null : new Date(each.startedAt).toISOString(),
          endedAt: each.endedAt === null ? null : new Date(each.endedAt).toISOString(),
        })),
      ),
      findings: row.findings,
      revision: row.revision,
    });
  }
  return plans;
}

async function siteProgress(
  db: Kysely<Tables>,
  input: { readonly plan: DomainPlan; readonly operation: DomainPlan['operations'][number] },
): Promise<Plan['operations'][number]['sites']> {
  const { operation, plan } = input;
  const placed = await placedSites(db, { environment: plan.environment, application: operation.application });
  if (placed.length === 0) return [];
  const sites = await siteRows(db)
    .where(
      'sites.id',
      'in',
      placed.map((each) => each.id),
    )
    .orderBy('sites.name')
    .limit(50)
    .execute();
  const wanted = operation.after?.operation ?? operation.before?.operation;
  const reports = await db
    .selectFrom('siteApplications')
    .selectAll()
    .where('applicationId', '=', operation.application)
    .where('operation', '=', wanted ?? '')
    .execute();
  return sites.map((site) => {
    const report = reports.find((each) => each.siteId === site.id);
    const phase = site.online ? (report?.phase ?? 'waiting') : 'offline';
    return {
      site: { id: site.id, name: site.name },
      phase,
      message: report?.message ?? null,
      at: site.reportedAt?.toISOString() ?? null,
    };
  });
}
