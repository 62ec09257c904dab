import {
  type AccessScope,
  type Plan as DomainPlan,
  type EnvironmentId,
  isAnalysedAnew,
  isRinged,
  refuse,
  ringCounts,
} from '@almanac/domain';
import type { Plan, RolloutStrategy } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import { referencesOf } from '#features/builds';
import { placedSites } from '#features/environments';
import { siteRows } from '#features/sites';
import { type SourceOf, type Veil, veilFor } from '#scope';
import type { Tables } from '#tables';
import { observeSites } from './observe-sites.ts';
import { readApprovals } from './voices.ts';

export function planRows(db: SourceOf<'plans'>) {
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
  if (!byKey && !(Number.isInteger(number) && number > 0 && number < 2 ** 31))
    return refuse('not-found', `there is no plan ${reference}; a plan has a number`);
  const found = await planRows(db)
    .where((where) => (byKey ? where('plans.id', '=', reference as never) : where('plans.number', '=', number)))
    .executeTakeFirst();
  return found ?? refuse('not-found', `there is no plan ${reference}`);
}

/**
 * Plans as the API shows them, with the progress of each operation on each site. Neighbours that whoever asks may not see are
 * told of without a name.
 */
export async function presentPlans(
  db: Kysely<Tables>,
  given: { readonly rows: readonly PlanRow[]; readonly scope: AccessScope },
): Promise<Plan[]> {
  const { rows, scope } = given;
  const veils = new Map<EnvironmentId, Veil>();
  for (const { environmentId } of rows)
    if (!veils.has(environmentId))
      veils.set(environmentId, await veilFor(db, { scope, environments: [environmentId] }));
  const builds = rows.flatMap((row) =>
    row.body.operations.flatMap((each) => [each.before?.build ?? null, each.after?.build ?? null]),
  );
  const references = await referencesOf(db, builds);
  const reference = (target: DomainPlan['operations'][number]['before']) =>
    target === null ? null : (references.get(target.build) ?? null);
  const words = await readWords(db, rows);
  const plans: Plan[] = [];
  for (const row of rows) {
    const { body } = row;
    const waitsForContinue = row.state === 'paused' || (row.state === 'staged' && !body.continued);
    const veiled = veils.get(row.environmentId)?.({ reason: body.reason, findings: row.findings });
    plans.push({
      id: row.id,
      number: row.number,
      environment: { id: row.environmentId, name: row.environmentName },
      state: row.state,
      reason: veiled?.reason ?? null,
      origin: row.origin,
      release: row.releaseName === null ? null : { id: row.releaseId, name: row.releaseName },
      hotfix: body.hotfix,
      notes: row.notes,
      failurePolicy: body.failurePolicy,
      requestedBy: row.requestedBy,
      authors: [...body.authors],
      content: body.content,
      startAt: isoOf(body.startAt),
      stagedUntil: isoOf(body.stagedUntil),
      waitsForContinue,
      ...words(row),
      confirmed: row.confirmed,
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
          siteOperation: each.after?.operation ?? null,
          rollout: (each.after?.rollout ?? null) as RolloutStrategy | null,
          state: each.state,
          message: each.message,
          rings: await ringsOf(db, { plan: body, operation: each }),
          sites:
            row.endedAt === null && row.startedAt !== null
              ? await siteProgress(db, { plan: body, operation: each })
              : [],
          startedAt: isoOf(each.startedAt),
          endedAt: isoOf(each.endedAt),
        })),
      ),
      findings: veiled?.findings ?? [],
      revision: row.revision,
    });
  }
  return plans;
}

function isoOf(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}

/**
 * Approvals and exemptions of plans; one that was given to other content than the plan has now is not valid, nor is an
 * approval of somebody who may not give it any more, as long as that matters.
 */
async function readWords(db: Kysely<Tables>, rows: readonly PlanRow[]) {
  const ids = rows.map((row) => row.id);
  if (ids.length === 0) return () => ({ approvals: [], exemptions: [] });
  const approvals = await db.selectFrom('planApprovals').selectAll().where('planId', 'in', ids).orderBy('at').execute();
  const exemptions = await db
    .selectFrom('planExemptions')
    .selectAll()
    .where('planId', 'in', ids)
    .orderBy('at')
    .execute();
  const holders = new Map<PlanRow['id'], ReadonlySet<string>>();
  for (const row of rows)
    if (isAnalysedAnew(row.body.state) && approvals.some((each) => each.planId === row.id))
      holders.set(row.id, new Set((await readApprovals(db, row)).map((each) => each.by)));
  return ({ id, body }: PlanRow): Pick<Plan, 'approvals' | 'exemptions'> => ({
    approvals: approvals
      .filter((each) => each.planId === id)
      .map((each) => ({
        verdict: each.verdict,
        by: each.principal,
        role: each.role,
        teams: each.teams,
        comment: each.comment,
        content: each.content,
        valid:
          each.verdict === 'approved' &&
          each.withdrawnAt === null &&
          each.content === body.content &&
          holders.get(id)?.has(each.principal) !== false,
        at: each.at.toISOString(),
        withdrawnAt: each.withdrawnAt?.toISOString() ?? null,
      })),
    exemptions: exemptions
      .filter((each) => each.planId === id)
      .map((each) => ({
        subject: each.subject,
        reason: each.reason,
        by: each.grantedBy,
        content: each.content,
        valid: each.content === body.content,
        at: each.at.toISOString(),
      })),
  });
}

/** A plan shows so many sites by name; all of them are counted in their rings. */
const mostSites = 50;

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
      placed.slice(0, mostSites).map((each) => each.id),
    )
    .orderBy('sites.name')
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

async function ringsOf(
  db: Kysely<Tables>,
  input: { readonly plan: DomainPlan; readonly operation: DomainPlan['operations'][number] },
): Promise<Plan['operations'][number]['rings']> {
  const { plan, operation } = input;
  if (operation.fleet === null) return [];
  const sites = isRinged(operation)
    ? await observeSites(db, { environment: plan.environment, operations: [operation] })
    : [];
  const counts = isRinged(operation) ? ringCounts(plan, { operation, sites }) : [];
  return operation.fleet.rings.map(({ name, state, since }, index) => ({
    name,
    state,
    since: isoOf(since),
    counts: counts[index] ?? null,
  }));
}
