import type { ApplicationId } from '@almanac/domain';
import type { BoardCell, BoardRow } from '@almanac/protocol';
import { type Kysely, sql } from 'kysely';
import { referencesOf } from '#features/builds';
import { hotfixMarks, markKey } from '#features/hotfixes';
import { beyondScope, narrowTo, type ScopedDatabase } from '#scope';
import type { Tables } from '#tables';
import { cellHealth } from './cell-health.ts';
import { readCellSites } from './read-cell-sites.ts';

interface ApplicationRow {
  readonly id: ApplicationId;
  readonly name: string;
  readonly displayName: string;
  /** The team that owns it. */
  readonly team: string | null;
}

/** Rows of the board for a page of applications: each with its newest build and a cell where it runs. */
export async function boardRows(given: ScopedDatabase, applications: readonly ApplicationRow[]): Promise<BoardRow[]> {
  const ids = applications.map((each) => each.id);
  if (ids.length === 0) return [];
  const scoped = narrowTo(given, ids);
  const db = beyondScope(scoped, 'what is shown of applications and cells that the scope let through');
  const [targets, newest, sitesOf, plans, hotfixes] = await Promise.all([
    readTargets(scoped, ids),
    newestBuilds(db, ids),
    readCellSites(db, ids),
    activePlans(scoped, ids),
    hotfixMarks(scoped, ids),
  ]);
  const targetsOf = Map.groupBy(targets, (each) => each.applicationId);
  const references = await referencesOf(
    db,
    targets.map((each) => each.buildId),
  );
  return applications.map((application) => ({
    application: { id: application.id, name: application.name, displayName: application.displayName },
    team: application.team,
    latestBuild: newest.get(application.id) ?? null,
    cells: (targetsOf.get(application.id) ?? []).flatMap((target): BoardCell[] => {
      const build = references.get(target.buildId);
      if (build === undefined) return [];
      const { sites, drifted, frontPort } = sitesOf(target);
      const plan = plans.find(
        (each) => each.environmentId === target.environmentId && each.applicationIds.includes(application.id),
      );
      const { health, message } = cellHealth({ sites, changing: plan !== undefined });
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
          sites: { total: sites.total, converged: sites.converged, offline: sites.offline },
          hotfixes: [
            ...(hotfixes.get(markKey({ environment: target.environmentId, application: application.id })) ?? []),
          ],
          address: frontPort === null || !target.serves ? null : `http://${application.name}.localhost:${frontPort}`,
        },
      ];
    }),
  }));
}

async function readTargets(db: ScopedDatabase, ids: readonly ApplicationId[]) {
  return db
    .selectFrom('targets')
    .innerJoin('builds', 'builds.id', 'targets.buildId')
    .innerJoin('environments', 'environments.id', 'targets.environmentId')
    .select([
      'targets.environmentId',
      'targets.applicationId',
      'targets.buildId',
      'targets.since',
      sql<boolean>`targets.earlier_settings or exists (select 1 from setting_values v where v.application_id = targets.application_id and v.environment_id = targets.environment_id and v.changed_at > targets.since)`.as(
        'settingsChanged',
      ),
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

async function activePlans(db: ScopedDatabase, ids: readonly ApplicationId[]) {
  return db
    .selectFrom('plans')
    .select(['id', 'number', 'environmentId', 'applicationIds'])
    .where('endedAt', 'is', null)
    .where('state', '<>', 'draft')
    .where(sql<boolean>`application_ids && ${[...ids]}::uuid[]`)
    .orderBy('number')
    .execute();
}
