import type { ApplicationId, EnvironmentId, OperationId, SiteId, SiteProgress } from '@almanac/domain';
import { type Kysely, sql } from 'kysely';
import { placedSitesOf } from '#features/environments';
import { offlineAfterSeconds } from '#features/sites';
import type { Tables } from '#tables';

/** What the sites of an environment say of the applications of a plan; an operation's ring of each beside it. */
export async function observeSites(
  db: Kysely<Tables>,
  input: {
    readonly environment: EnvironmentId;
    readonly operations: readonly { readonly id: OperationId; readonly application: ApplicationId }[];
  },
): Promise<readonly SiteProgress[]> {
  const { environment, operations } = input;
  const applications = operations.map((each) => each.application);
  const placed = await placedSitesOf(db, { environment, applications });
  const presence = await presenceOf(db, environment);
  const sites: SiteProgress[] = [];
  for (const { id, application } of operations) {
    const reports = await reportsOf(db, { environment, application });
    const rings = await ringsOf(db, id);
    for (const site of placed.get(application) ?? [])
      sites.push({
        site: site.id,
        name: site.name,
        ...(presence.get(site.id) ?? { online: false, inStep: false }),
        labels: site.labels,
        application,
        ring: rings.get(site.id) ?? null,
        reports: reports.get(site.id) ?? [],
      });
  }
  return sites;
}

async function presenceOf(
  db: Kysely<Tables>,
  environment: EnvironmentId,
): Promise<ReadonlyMap<SiteId, Pick<SiteProgress, 'online' | 'inStep'>>> {
  const rows = await db
    .selectFrom('sites')
    .select([
      'id',
      sql<boolean>`coalesce(last_seen_at > now() - make_interval(secs => ${offlineAfterSeconds}), false)`.as('online'),
      sql<boolean>`observed_generation >= generation and observed_incarnation = (select incarnation from installation)`.as(
        'inStep',
      ),
    ])
    .where('environmentId', '=', environment)
    .execute();
  return new Map(rows.map(({ id, ...presence }) => [id, presence]));
}

async function reportsOf(
  db: Kysely<Tables>,
  input: { readonly environment: EnvironmentId; readonly application: ApplicationId },
): Promise<ReadonlyMap<SiteId, SiteProgress['reports']>> {
  const rows = await db
    .selectFrom('siteApplications')
    .innerJoin('sites', 'sites.id', 'siteApplications.siteId')
    .select(['siteId', 'operation', 'phase', 'message'])
    .where('applicationId', '=', input.application)
    .where('sites.environmentId', '=', input.environment)
    .execute();
  const reports = new Map<SiteId, SiteProgress['reports'][number][]>();
  for (const { siteId, ...report } of rows) {
    const own = reports.get(siteId);
    if (own === undefined) reports.set(siteId, [report]);
    else own.push(report);
  }
  return reports;
}

async function ringsOf(
  db: Kysely<Tables>,
  operation: OperationId,
): Promise<ReadonlyMap<SiteId, NonNullable<SiteProgress['ring']>>> {
  const rows = await db
    .selectFrom('fleetSites')
    .select(['siteId', 'ring', 'told'])
    .where('operationId', '=', operation)
    .execute();
  return new Map(rows.map(({ siteId, ring, told }) => [siteId, { position: ring, told }]));
}
