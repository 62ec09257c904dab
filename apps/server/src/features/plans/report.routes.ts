import type { PlanReport } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import { databaseTime } from '#platform/database';
import { type Access, direct, type Endpoint, newId, read } from '#platform/http';
import { veilFor } from '#scope';
import type { Tables } from '#tables';
import { presentOne } from './decided.ts';
import { findPlan } from './load-plan.ts';
import { presentStanding, readStanding } from './read-standing.ts';
import { reportPage } from './report-page.ts';

export const reportEndpoints: readonly Endpoint[] = [
  read('getPlanReport', ({ db, access }, { params }) => readReport(db, { plan: params.plan, access })),

  direct('getPlanReportPage', async ({ db, access }, { params, http }) => {
    const report = await readReport(db, { plan: params.plan, access });
    void http.reply
      .type('text/html; charset=utf-8')
      .header('cache-control', 'no-store')
      // The page needs nothing but its own styles.
      .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
      .header('content-disposition', `inline; filename="plan-${report.plan.number}.html"`);
    return http.reply.send(reportPage(report));
  }),
];

async function readReport(
  db: Kysely<Tables>,
  given: { readonly plan: string; readonly access: Access },
): Promise<PlanReport> {
  const row = await findPlan(db, given.plan);
  const scope = given.access.scopeOf('list');
  const veil = await veilFor(db, { scope, environments: [row.environmentId] });
  const now = await databaseTime(db);
  const log = await db
    .selectFrom('planLog')
    .selectAll()
    .where('planId', '=', row.id)
    .orderBy('position')
    .limit(10_000)
    .execute();
  return {
    madeAt: now.toISOString(),
    plan: await presentOne(db, { id: row.id, scope }),
    standing: veil(presentStanding({ ...(await readStanding({ db, now, newId }, row)), plan: row.number }, now)),
    log: veil(log).map(({ position, at, level, application, site, message }) => ({
      position,
      at: at.toISOString(),
      level,
      application,
      site,
      message,
    })),
  };
}
