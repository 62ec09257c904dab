import { type ApplicationId, type EnvironmentId, type Hold, type SiteId, waitKey } from '@almanac/domain';
import type { ReportedRollout, SiteReport } from '@almanac/protocol';
import type { CommandContext } from '#platform/http';

interface Told {
  readonly site: SiteId;
  readonly environment: EnvironmentId;
  readonly report: SiteReport;
}

/** Keeps what a site tells of its rollouts: what analyses came to, and what waits for a person. */
export async function keepRollouts(context: CommandContext, told: Told): Promise<void> {
  await keepVerdicts(context, told);
  for (const { application, rollout } of told.report.applications)
    if (rollout !== null && rollout.hold !== null)
      await keepWait(context, { ...told, application: application.id, rollout, hold: rollout.hold });
}

/** Each as it was told first, whatever is told later. */
async function keepVerdicts(context: CommandContext, { site, report }: Told): Promise<void> {
  const rows = report.applications.flatMap(({ application, rollout }) =>
    (rollout?.analyses ?? []).flatMap((analysis) =>
      analysis.verdict === null
        ? []
        : [
            {
              siteId: site,
              applicationId: application.id,
              operation: rollout?.operation ?? '',
              name: analysis.name,
              run: analysis.run,
              verdict: analysis.verdict,
              reason: analysis.reason,
              analysis: JSON.stringify(analysis),
              at: analysis.decidedAt === null ? context.now : new Date(analysis.decidedAt),
            },
          ],
    ),
  );
  if (rows.length === 0) return;
  await context.db
    .insertInto('rolloutVerdicts')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** The first site that waits for a decision makes an event of it; others that wait for the same are only kept. */
async function keepWait(
  context: CommandContext,
  input: {
    readonly site: SiteId;
    readonly environment: EnvironmentId;
    readonly application: ApplicationId;
    readonly rollout: ReportedRollout;
    readonly hold: NonNullable<ReportedRollout['hold']>;
  },
): Promise<void> {
  const { db } = context;
  const { site, environment, application, rollout, hold } = input;
  const { operation, step } = rollout;
  // Agents write the causes of the domain; the wire leaves room for those of later ones.
  const cause = hold.cause as Hold['cause'];
  const run = Math.max(0, ...rollout.analyses.map((each) => each.run));
  const wait = waitKey({ cause, step, run, commanded: rollout.commanded });
  const kept = await db
    .insertInto('rolloutWaits')
    .values({
      siteId: site,
      applicationId: application,
      operation,
      since: new Date(hold.since),
      wait,
      cause,
      reason: hold.reason,
      step: `${step + 1} of ${rollout.steps.length}: ${rollout.steps[step]?.words ?? ''}`,
      decides: rollout.decides,
      until: new Date(hold.until),
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('siteId')
    .executeTakeFirst();
  if (kept === undefined) return;
  const before = await db
    .selectFrom('rolloutWaits')
    .innerJoin('sites', 'sites.id', 'rolloutWaits.siteId')
    .select('rolloutWaits.siteId')
    .where('sites.environmentId', '=', environment)
    .where('rolloutWaits.applicationId', '=', application)
    .where('rolloutWaits.operation', '=', operation)
    .where('rolloutWaits.wait', '=', wait)
    .limit(2)
    .execute();
  if (before.length === 1)
    await context.record({ kind: 'rollout-changed', subject: { environment, application, operation, wait } });
}
