import type { ApplicationId } from '@almanac/domain';
import type { BoardCell, BoardRow } from '@almanac/protocol';
import { type Kysely, sql } from 'kysely';
import { referencesOf } from '#features/builds';
import { hotfixMarks, markKey } from '#features/hotfixes';
import { offlineAfterSeconds } from '#features/sites';
import type { Tables } from '#tables';
import { cellHealth, type SiteFacts } from './cell-health.ts';

interface ApplicationRow {
  readonly id: ApplicationId;
  readonly name: string;
  readonly displayName: string;
}

/** Rows of the board for a page of applications: each with its newest build and a cell where it runs. */
export async function boardRows(db: Kysely<Tables>, applications: readonly ApplicationRow[]): Promise<BoardRow[]> {
  const ids = applications.map((each) => each.id);
  if (ids.length === 0) return [];
  const [targets, newest, sites, reported, plans, hotfixes] = await Promise.all([
    readTargets(db, ids),
    newestBuilds(db, ids),
    readSites(db),
    readReported(db, ids),
    activePlans(db, ids),
    hotfixMarks(db, ids),
  ]);
  const targetsOf = Map.groupBy(targets, (each) => each.applicationId);
  const sitesOf = Map.groupBy(sites, (each) => each.environmentId);
  const references = await referencesOf(
    db,
    targets.map((each) => each.buildId),
  );
  return applications.map((application) => ({
    application: { id: application.id, name: application.name, displayName: application.displayName },
    team: targetsOf.get(application.id)?.find((each) => each.team !== null)?.team ?? null,
    latestBuild: newest.get(application.id) ?? null,
    cells: (targetsOf.get(application.id) ?? []).flatMap((target): BoardCell[] => {
      const build = references.get(target.buildId);
      if (build === undefined) return [];
      const own = (sitesOf.get(target.environmentId) ?? []).filter((site) => matches(site.labels, target.labels));
      const facts = own.map(({ id, name, online }): SiteFacts => {
        const said = reported.get(`${id} ${application.id} ${target.operation}`);
        return { name, online, phase: said?.phase ?? null, message: said?.message ?? null };
      });
      const drifted = own.flatMap(({ id, name }) => {
        const said = reported.get(`${id} ${application.id} ${target.operation}`)?.drift ?? null;
        return said === null ? [] : [`${name}: ${said}`];
      });
      const plan = plans.find(
        (each) => each.environmentId === target.environmentId && each.applicationIds.includes(application.id),
      );
      const { health, message } = cellHealth({ sites: facts, changing: plan !== undefined });
      const front = own.find((site) => site.online && site.frontPort !== null);
      return [
        {
          environment: target.environmentId,
          build,
          health,
          message,
          settingsChanged: target.settingsChanged,
          drift: drifted.length === 0 ? null : drifted.join('; '),
          since: target.since.toISOString(),
          plan: plan === undefined ? null : { id: plan.id, number: plan.number },
          sites: {
            total: facts.length,
            converged: facts.filter((each) => each.online && each.phase === 'healthy').length,
            offline: facts.filter((each) => !each.online).length,
          },
          hotfixes: [
            ...(hotfixes.get(markKey({ environment: target.environmentId, application: application.id })) ?? []),
          ],
          address:
            front === undefined || !target.serves ? null : `http://${application.name}.localhost:${front.frontPort}`,
        },
      ];
    }),
  }));
}

function matches(labels: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>> | null): boolean {
  return Object.entries(wanted ?? {}).every(([key, value]) => labels[key] === value);
}

async function readTargets(db: Kysely<Tables>, ids: readonly ApplicationId[]) {
  return db
    .selectFrom('targets')
    .innerJoin('builds', 'builds.id', 'targets.buildId')
    .innerJoin('environments', 'environments.id', 'targets.environmentId')
    .leftJoin('placements', (join) =>
      join
        .onRef('placements.environmentId', '=', 'targets.environmentId')
        .onRef('placements.applicationId', '=', 'targets.applicationId'),
    )
    .select([
      'targets.environmentId',
      'targets.applicationId',
      'targets.buildId',
      'targets.operation',
      'targets.since',
      'placements.labels',
      sql<boolean>`targets.earlier_settings or exists (select 1 from setting_values v where v.application_id = targets.application_id and v.environment_id = targets.environment_id and v.changed_at > targets.since)`.as(
        'settingsChanged',
      ),
      sql<string | null>`builds.manifest ->> 'team'`.as('team'),
      sql<boolean>`exists (select 1 from jsonb_each(builds.manifest -> 'modules') m where m.value ? 'health')`.as(
        'serves',
      ),
    ])
    .where('targets.applicationId', 'in', ids)
    .orderBy('environments.position')
    .execute();
}

async function newestBuilds(db: Kysely<Tables>, ids: readonly ApplicationId[]) {
  const rows = await db
    .selectFrom('builds')
    .leftJoin('commits', (join) =>
      join.onRef('commits.applicationId', '=', 'builds.applicationId').onRef('commits.hash', '=', 'builds.commit'),
    )
    .select(['builds.id', 'builds.applicationId', 'builds.number', 'builds.label', 'builds.state', 'commits.subject'])
    .distinctOn('builds.applicationId')
    .where('builds.applicationId', 'in', ids)
    .orderBy('builds.applicationId')
    .orderBy('builds.number', 'desc')
    .execute();
  return new Map(rows.map(({ applicationId, ...rest }) => [applicationId, rest]));
}

async function readSites(db: Kysely<Tables>) {
  return db
    .selectFrom('sites')
    .select([
      'id',
      'name',
      'environmentId',
      'labels',
      'frontPort',
      sql<boolean>`coalesce(last_seen_at > now() - make_interval(secs => ${offlineAfterSeconds}), false)`.as('online'),
    ])
    .execute();
}

async function activePlans(db: Kysely<Tables>, ids: readonly ApplicationId[]) {
  return db
    .selectFrom('plans')
    .select(['id', 'number', 'environmentId', 'applicationIds'])
    .where('endedAt', 'is', null)
    .where('state', '<>', 'draft')
    .where(sql<boolean>`application_ids && ${[...ids]}::uuid[]`)
    .orderBy('number')
    .execute();
}

/** What sites say of the applications of a page, by site, application and operation. */
async function readReported(db: Kysely<Tables>, ids: readonly ApplicationId[]) {
  const rows = await db.selectFrom('siteApplications').selectAll().where('applicationId', 'in', ids).execute();
  return new Map(rows.map((row) => [`${row.siteId} ${row.applicationId} ${row.operation}`, row]));
}
