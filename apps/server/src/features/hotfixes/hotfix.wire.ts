import { type AccessScope, type HotfixId, type HotfixStanding, type PlacedFix, refuse } from '@almanac/domain';
import type { BuildReference, Hotfix } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import { referencesOf } from '#features/builds';
import { type SourceOf, withinScope } from '#scope';
import type { Tables } from '#tables';
import { readStandings } from './read-standing.ts';

export function hotfixRows(db: SourceOf<'hotfixes'>) {
  return db
    .selectFrom('hotfixes')
    .innerJoin('applications', 'applications.id', 'hotfixes.applicationId')
    .innerJoin('environments', 'environments.id', 'hotfixes.environmentId')
    .selectAll('hotfixes')
    .select((expression) => [
      'applications.name as applicationName',
      'environments.name as environmentName',
      expression
        .selectFrom('hotfixBuilds')
        .innerJoin('builds', 'builds.id', 'hotfixBuilds.buildId')
        .select('builds.id')
        .whereRef('hotfixBuilds.hotfixId', '=', 'hotfixes.id')
        .where('builds.state', '=', 'succeeded')
        .orderBy('builds.number', 'desc')
        .limit(1)
        .as('buildId'),
      expression
        .selectFrom('hotfixBuilds')
        .innerJoin('builds', 'builds.id', 'hotfixBuilds.buildId')
        .select(({ fn }) => fn.max('builds.number').as('number'))
        .whereRef('hotfixBuilds.hotfixId', '=', 'hotfixes.id')
        .where('builds.state', '=', 'succeeded')
        .as('buildNumber'),
    ]);
}

export type HotfixRow = Awaited<ReturnType<ReturnType<typeof hotfixRows>['execute']>>[number];

/** The hotfix with a key or number. */
export async function findHotfix(db: Kysely<Tables>, reference: string): Promise<HotfixRow> {
  const byKey = z.uuid().safeParse(reference).success;
  const number = Number(reference);
  if (!byKey && !(Number.isInteger(number) && number > 0 && number < 2 ** 31))
    return refuse('not-found', `there is no hotfix ${reference}; a hotfix has a number, see almanac hotfix list`);
  const found = await hotfixRows(db)
    .where((where) => (byKey ? where('hotfixes.id', '=', reference as never) : where('hotfixes.number', '=', number)))
    .executeTakeFirst();
  return found ?? refuse('not-found', `there is no hotfix ${reference}; see almanac hotfix list`);
}

/** Hotfixes as the API shows them: with where their fix is, and what comes next. */
export async function presentHotfixes(
  db: Kysely<Tables>,
  given: { readonly rows: readonly HotfixRow[]; readonly scope: AccessScope },
): Promise<Hotfix[]> {
  const { rows } = given;
  if (rows.length === 0) return [];
  const [builds, standings, environments] = await Promise.all([
    referencesOf(
      db,
      rows.flatMap((row) => [row.baseBuildId, row.buildId]),
    ),
    readStandings(db, rows),
    withinScope(db, given.scope).selectFrom('environments').select(['id', 'name']).execute(),
  ]);
  const names = new Map(environments.map((each) => [each.id, each.name]));
  const place = ({ environment, ...rest }: PlacedFix) => ({
    environment: { id: environment, name: names.get(environment) ?? environment },
    ...rest,
  });
  return rows.map((row) => {
    const standing = standings.get(row);
    const base = builds.get(row.baseBuildId);
    if (standing === undefined || base === undefined) throw new Error(`hotfix ${row.number} has no base`);
    const build = row.buildId === null ? null : (builds.get(row.buildId) ?? null);
    // Environments that whoever asks may not list are left out.
    const places = [standing.own, ...standing.earlier].filter((each) => names.has(each.environment)).map(place);
    return {
      id: row.id,
      number: row.number,
      application: { id: row.applicationId, name: row.applicationName },
      environment: { id: row.environmentId, name: row.environmentName },
      branch: row.branch,
      base,
      tip: row.tipCommit,
      build,
      state: row.state,
      branchState: row.branchState,
      branchDetail: row.branchDetail,
      places,
      next: nextStep({ row, build, standing, places }),
      notes: row.notes,
      startedBy: row.startedBy,
      startedAt: row.startedAt.toISOString(),
      closedAt: row.closedAt?.toISOString() ?? null,
      closedReason: row.closedReason,
      revision: row.revision,
    };
  });
}

function nextStep(input: {
  readonly row: HotfixRow;
  readonly build: BuildReference | null;
  readonly standing: HotfixStanding;
  readonly places: Hotfix['places'];
}): string {
  const { row, build, standing } = input;
  const { applicationName: application, environmentName: environment, branch } = row;
  if (row.state === 'closed') return `nothing: ${row.closedReason ?? 'it is closed'}`;
  if (row.branchState === 'asked') return 'a builder makes the branch';
  if (row.tipCommit === row.baseCommit)
    return row.branchState === 'refused'
      ? (row.branchDetail ?? `make the branch ${branch}`)
      : `commit the fix to ${branch} and push it; it is built by itself`;
  if (build === null || build.commit !== row.tipCommit)
    return `the build of ${row.tipCommit.slice(0, 10)} comes to its end`;
  if (standing.own.presence !== 'contained')
    return `deploy it: almanac deploy ${application} --build ${row.buildNumber} --to ${environment}`;
  const missing = input.places.filter((each) => each.presence === 'missing').map((each) => each.environment.name);
  return missing.length === 0
    ? `${application} runs in no environment before ${environment}: close it when the fix is where it has to be`
    : `bring the fix into ${missing.join(' and ')}: merge ${branch}, or apply its commits there; then it closes by itself`;
}

export async function presentHotfix(
  db: Kysely<Tables>,
  { id, scope }: { readonly id: HotfixId; readonly scope: AccessScope },
): Promise<Hotfix> {
  const [hotfix] = await presentHotfixes(db, { rows: [await findHotfix(db, id)], scope });
  return hotfix ?? refuse('not-found', 'the hotfix is gone');
}
