import type { ApplicationId, EnvironmentId } from '@almanac/domain';
import { type Kysely, sql } from 'kysely';
import { offlineAfterSeconds } from '#features/sites';
import type { Tables } from '#tables';
import type { CellSites, SaidBySite } from './cell-health.ts';

export interface CellFacts {
  readonly sites: CellSites;
  /** What differs from what it should be, site by site; the first few by name. */
  readonly drifted: readonly string[];
  /** Front port of a site that is online. */
  readonly frontPort: number | null;
}

const noSites: CellFacts = {
  sites: { total: 0, offline: 0, converged: 0, waiting: 0, first: null, failed: null, degraded: null, moving: null },
  drifted: [],
  frontPort: null,
};

type Row = {
  readonly environmentId: EnvironmentId;
  readonly applicationId: ApplicationId;
  readonly drifted: readonly string[] | null;
  readonly frontPort: number | null;
  /** Name and words. */
  readonly failed: readonly [string, string] | null;
  readonly degraded: readonly [string, string] | null;
  readonly moving: readonly [string, string] | null;
} & Omit<CellSites, 'failed' | 'degraded' | 'moving'>;

/** How sites stand in each cell of a page of applications, counted where they are kept: an environment may have thousands. */
export async function readCellSites(
  db: Kysely<Tables>,
  applications: readonly ApplicationId[],
): Promise<(cell: { readonly environmentId: EnvironmentId; readonly applicationId: ApplicationId }) => CellFacts> {
  const { rows } = await sql<Row>`
    with told as (
      select targets.environment_id, targets.application_id, sites.name, sites.front_port, said.phase, said.drift,
        array[sites.name, coalesce(said.message, said.phase)] as says,
        coalesce(sites.last_seen_at > now() - make_interval(secs => ${offlineAfterSeconds}), false) as online
      from targets
      left join placements using (environment_id, application_id)
      join sites on sites.environment_id = targets.environment_id
        and (placements.labels is null or sites.labels @> placements.labels)
      left join site_applications said on said.application_id = targets.application_id and said.site_id = sites.id
        and said.operation = targets.operation
      where targets.application_id = any(${[...applications]}::uuid[]))
    select environment_id, application_id, count(*)::int as total, min(name) as first,
      count(*) filter (where not online)::int as offline,
      count(*) filter (where online and phase = 'healthy')::int as converged,
      count(*) filter (where online and phase is null)::int as waiting,
      min(says) filter (where online and phase = 'failed') as failed,
      min(says) filter (where online and phase = 'degraded') as degraded,
      min(says) filter (where online and phase not in ('healthy', 'failed', 'degraded')) as moving,
      (array_agg(name || ': ' || drift order by name) filter (where drift is not null))[1:5] as drifted,
      min(front_port) filter (where online) as front_port
    from told group by environment_id, application_id`.execute(db);
  const cells = new Map(
    rows.map(({ environmentId, applicationId, drifted, frontPort, failed, degraded, moving, ...counts }) => [
      `${environmentId} ${applicationId}`,
      {
        sites: { ...counts, failed: said(failed), degraded: said(degraded), moving: said(moving) },
        drifted: drifted ?? [],
        frontPort,
      },
    ]),
  );
  return ({ environmentId, applicationId }) => cells.get(`${environmentId} ${applicationId}`) ?? noSites;
}

function said(pair: readonly [string, string] | null): SaidBySite | null {
  return pair === null ? null : { name: pair[0], words: pair[1] };
}
