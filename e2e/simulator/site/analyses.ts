import type { AnalysisKey, ObservedAnalysis } from '@almanac/domain';
import type { SiteContext } from './converge.ts';
import type { ApplicationRecord } from './journal.ts';

/** So long an analysis measures. */
const measureMs = 6000;

/** Begins what a rollout wants analysed, once. */
export function beginAnalyses(record: ApplicationRecord, wanted: readonly AnalysisKey[], now: number): void {
  for (const key of wanted) {
    const known = record.analyses.some(
      (each) => each.operation === key.operation && each.name === key.name && each.run === key.run,
    );
    if (!known) record.analyses.push({ ...key, endsAt: now + measureMs });
  }
}

/** What the analyses have come to: what is measured is how the build is. */
export function observedAnalyses(
  site: SiteContext,
  record: ApplicationRecord,
  now: number,
): readonly ObservedAnalysis[] {
  return record.analyses.map(({ operation, name, run, endsAt }) => {
    const verdict = site.world.nature.traitsOf(operation)?.verdict ?? 'error';
    return { operation, name, run, verdict: now >= endsAt ? verdict : null, detail: null };
  });
}
