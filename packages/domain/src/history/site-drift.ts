import type { ApplicationId, BuildId } from '../identity/id.ts';

/** What a site should run of one application. */
export interface DesiredOnSite {
  readonly application: ApplicationId;
  readonly build: BuildId;
  readonly operation: string;
  /** Whether a plan changes it right now. */
  readonly changing: boolean;
}

/** What a site says of one application and one operation. */
export interface ObservedOnSite {
  readonly application: ApplicationId;
  readonly operation: string;
  readonly phase: string;
  readonly message: string | null;
  /** The build that takes the traffic. */
  readonly running: BuildId | null;
  /** What differs from the files that were brought, in a sentence. */
  readonly drift: string | null;
}

/**
 * How a site stands with one application: `as-desired`; `changing` on the way there; `drifted`, with files that
 * somebody changed; `differs`, when it stays with another build; `missing` or `extra`, when it does not run what it
 * should, or runs what it should not.
 */
export type SiteStanding = 'as-desired' | 'changing' | 'drifted' | 'differs' | 'missing' | 'extra';

export interface ComparedApplication {
  readonly application: ApplicationId;
  readonly standing: SiteStanding;
  readonly desired: BuildId | null;
  readonly running: BuildId | null;
  readonly detail: string | null;
}

/** Phases in which a site stays as it is until somebody asks for something else. */
const settled = new Set(['healthy', 'degraded', 'failed']);

/** Drift is the difference between what a site should be and what it says that it is. */
export function compareSite(input: {
  readonly desired: readonly DesiredOnSite[];
  readonly observed: readonly ObservedOnSite[];
}): readonly ComparedApplication[] {
  const wanted = input.desired.map((each): ComparedApplication => {
    const reports = input.observed.filter((report) => report.application === each.application);
    const own = reports.find((report) => report.operation === each.operation) ?? reports[0];
    const { standing, detail } = standingOf(each, own);
    return {
      application: each.application,
      standing,
      desired: each.build,
      running: reports.find((report) => report.running !== null)?.running ?? null,
      detail,
    };
  });
  const known = new Set(input.desired.map((each) => each.application));
  const others = input.observed.filter((report) => !known.has(report.application) && report.phase !== 'staged');
  const extra = [...new Map(others.map((each) => [each.application, each])).values()].map(
    (report): ComparedApplication => ({
      application: report.application,
      standing: report.phase === 'removing' ? 'changing' : 'extra',
      desired: null,
      running: report.running,
      detail: report.phase === 'removing' ? 'it is taken out' : 'nothing asks for it',
    }),
  );
  return [...wanted, ...extra];
}

function standingOf(
  desired: DesiredOnSite,
  report: ObservedOnSite | undefined,
): { readonly standing: SiteStanding; readonly detail: string | null } {
  if (report === undefined)
    return desired.changing
      ? { standing: 'changing', detail: null }
      : { standing: 'missing', detail: 'the site does not speak of it' };
  const { phase, message } = report;
  if (report.drift !== null) return { standing: 'drifted', detail: report.drift };
  const own = report.operation === desired.operation;
  if (own && phase !== 'failed' && report.running === desired.build)
    return settled.has(phase) ? { standing: 'as-desired', detail: message } : { standing: 'changing', detail: message };
  if (desired.changing || (own && !settled.has(phase))) return { standing: 'changing', detail: message };
  return { standing: 'differs', detail: message ?? 'it runs something else and stays with it' };
}
