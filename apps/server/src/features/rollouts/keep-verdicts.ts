import type { SiteId } from '@almanac/domain';
import type { SiteReport } from '@almanac/protocol';
import type { CommandContext } from '#platform/http';

/** Keeps the verdicts that a site tells: each as it was told first, whatever is told later. */
export async function keepVerdicts(
  context: CommandContext,
  input: { readonly site: SiteId; readonly report: SiteReport },
): Promise<void> {
  const rows = input.report.applications.flatMap(({ application, rollout }) =>
    (rollout?.analyses ?? []).flatMap((analysis) =>
      analysis.verdict === null
        ? []
        : [
            {
              siteId: input.site,
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
