import type { PlanReport } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import { databaseTime } from '#platform/database';
import { direct, type Endpoint, newId, read } from '#platform/http';
import type { Tables } from '#tables';
import { presentOne } from './decided.ts';
import { findPlan } from './load-plan.ts';
import { presentStanding, readStanding } from './read-standing.ts';
import { reportPage } from './report-page.ts';

export const reportEndpoints: readonly Endpoint[] = [
  read('getPlanReport', ({ db }, { params }) => readReport(db, params.plan)),

  direct('getPlanReportPage', async ({ db }, { params, http }) => {
    const report = await readReport(db, params.plan);
    void http.reply
      .type('text/html; charset=utf-8')
      .header('cache-control', 'no-store')
      // The page needs nothing but its own styles.
      .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
      .header('content-disposition', `inline; filename="plan-${report.plan.number}.html"`);
    return http.reply.send(reportPage(report));
  }),
];

async function readReport(db: Kysely<Tables>, reference: string): Promise<PlanReport> {
  const row = await findPlan(db, reference);
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
    plan: await presentOne(db, row.id),
    standing: presentStanding({ ...(await readStanding({ db, now, newId }, row)), plan: row.number }, now),
    log: log.map(({ position, at, level, application, site, message }) => ({
      position,
      at: at.toISOString(),
      level,
      application,
      site,
      message,
    })),
  };
}
