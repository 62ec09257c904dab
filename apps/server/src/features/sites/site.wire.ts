import { type AccessScope, refuse } from '@almanac/domain';
import type { Site, SiteDetail } from '@almanac/protocol';
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import { type SourceOf, visibleApplications } from '#scope';
import type { Tables } from '#tables';

/** Nothing heard for so long, and a site counts as offline. */
export const offlineAfterSeconds = 45;

/** Sites as lists show them. */
export function siteRows(db: SourceOf<'sites'>) {
  return db
    .selectFrom('sites')
    .innerJoin('environments', 'environments.id', 'sites.environmentId')
    .select([
      'sites.id',
      'sites.environmentId',
      'sites.name',
      'sites.labels',
      'sites.enrolledAt',
      'sites.lastSeenAt',
      'sites.agentVersion',
      'sites.generation',
      'sites.observedGeneration',
      'sites.frontPort',
      'sites.bandwidth',
      'sites.reportedAt',
      'sites.reconciledAt',
      'sites.revision',
      'environments.name as environmentName',
      sql<boolean>`coalesce(sites.last_seen_at > now() - make_interval(secs => ${offlineAfterSeconds}), false)`.as(
        'online',
      ),
    ]);
}

export type SiteRow = Awaited<ReturnType<ReturnType<typeof siteRows>['execute']>>[number];

/** The site with a name or key. */
export async function findSite(db: Kysely<Tables>, reference: string): Promise<SiteRow> {
  const column = z.uuid().safeParse(reference).success ? 'sites.id' : 'sites.name';
  const found = await siteRows(db)
    .where((where) => where(column, '=', reference as never))
    .executeTakeFirst();
  return found ?? refuse('not-found', `there is no site ${reference}`);
}

export function presentSite(row: SiteRow): Site {
  return {
    id: row.id,
    name: row.name,
    environment: { id: row.environmentId, name: row.environmentName },
    labels: row.labels,
    status: row.enrolledAt === null ? 'enrolling' : row.online ? 'online' : 'offline',
    lastSeenAt: row.lastSeenAt?.toISOString() ?? null,
    reconciledAt: row.reconciledAt?.toISOString() ?? null,
    agentVersion: row.agentVersion,
    generation: { desired: row.generation, observed: row.observedGeneration },
    frontPort: row.frontPort,
    bandwidth: row.bandwidth,
    revision: row.revision,
  };
}

/** A site with its report, of the applications that whoever asks may list. It is large where many applications run: it is read for one site at a time. */
export async function siteDetail(
  db: Kysely<Tables>,
  { site, scope }: { readonly site: string; readonly scope: AccessScope },
): Promise<SiteDetail> {
  const row = await findSite(db, site);
  const { report, host } = await db
    .selectFrom('sites')
    .select(['report', 'host'])
    .where('id', '=', row.id)
    .executeTakeFirstOrThrow();
  const reported = report?.applications ?? [];
  const visible = await visibleApplications(db, {
    scope,
    environment: row.environmentId,
    applications: reported.map((each) => each.application.id),
  });
  return {
    ...presentSite(row),
    host,
    gateway:
      report === null
        ? { state: 'unknown', message: null }
        : { state: report.gateway.state, message: report.gateway.message },
    applications: reported.filter((each) => visible.has(each.application.id)),
    notices: report?.notices ?? [],
    disk: report?.disk ?? null,
  };
}
