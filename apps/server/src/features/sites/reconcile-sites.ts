import {
  type ApplicationId,
  type BuildId,
  compareSite,
  type DesiredOnSite,
  type EnvironmentId,
  type ObservedOnSite,
  type SiteId,
} from '@almanac/domain';
import type { ReconciledSite } from '@almanac/protocol';
import { type Kysely, sql } from 'kysely';
import { referencesOf } from '#features/builds';
import { placedSites } from '#features/environments';
import type { InTransaction } from '#platform/http';
import type { Tables } from '#tables';
import type { AgentHub } from './agent-hub.ts';
import type { RefreshDocuments } from './refresh-documents.ts';
import { type SiteRow, siteRows } from './site.wire.ts';

interface Tools {
  readonly hub: AgentHub;
  readonly refreshDocuments: RefreshDocuments;
  readonly onError: (error: unknown) => void;
}

interface Context {
  readonly db: Kysely<Tables>;
  readonly inTransaction: InTransaction;
}

const reconciler = { kind: 'system', name: 'reconcile' } as const;
/** An agent that has many files to look at takes a while; nobody waits for it. */
const dailyPatienceMs = 300_000;
/** Who did not answer is asked again after so long, and until then takes nobody's turn. */
const askAgainMs = 3_600_000;
const atOnce = 20;

/** Lets every connected site look at everything it has once a day, each by itself. */
export function createDailyReconcile(tools: Tools): (context: Context) => Promise<void> {
  const asked = new Map<SiteId, number>();
  return async (context) => {
    const now = performance.now();
    for (const [site, at] of asked) if (now - at > askAgainMs) asked.delete(site);
    const connected = tools.hub.sites().filter((each) => !asked.has(each));
    if (connected.length === 0) return;
    const due = await siteRows(context.db)
      .where(sql<boolean>`(sites.reconciled_at is null or sites.reconciled_at < now() - interval '24 hours')`)
      .where((where) => where('sites.id', '=', where.fn.any(where.val([...connected]))))
      .orderBy('sites.reconciledAt', (order) => order.asc().nullsFirst())
      .limit(atOnce)
      .execute();
    await renewDocuments(context, { sites: due, tools });
    for (const { id } of due) {
      asked.set(id, now);
      void tools.hub.reconcile(id, dailyPatienceMs);
    }
  };
}

/** Lets sites look at everything, each for itself and as long as patience lasts, and tells how they stand. */
export async function reconcileSites(
  context: Context,
  input: { readonly sites: readonly SiteRow[]; readonly patienceMs: number; readonly tools: Tools },
): Promise<ReconciledSite[]> {
  const { sites, tools } = input;
  const failed = await renewDocuments(context, { sites, tools });
  const answers = new Map(
    await Promise.all(
      sites.map(async (site) => [site.id, await tools.hub.reconcile(site.id, input.patienceMs)] as const),
    ),
  );
  const ids = sites.map((each) => each.id);
  const rows =
    ids.length === 0
      ? []
      : await siteRows(context.db)
          .where('sites.id', 'in', ids)
          .orderBy('environments.position')
          .orderBy('sites.name')
          .execute();
  return Promise.all(
    rows.map((row) =>
      tellSite(context.db, {
        row,
        answered: answers.get(row.id) !== undefined,
        renewed: !failed.has(row.environmentId),
      }),
    ),
  );
}

/** What a site should be is made anew too: whatever was missed comes now. Gives the environments where that failed. */
async function renewDocuments(
  context: Context,
  input: { readonly sites: readonly SiteRow[]; readonly tools: Tools },
): Promise<ReadonlySet<EnvironmentId>> {
  const failed = new Set<EnvironmentId>();
  for (const environment of new Set(input.sites.map((each) => each.environmentId))) {
    try {
      await context.inTransaction({ actor: reconciler, action: null }, (command) =>
        input.tools.refreshDocuments(command, environment),
      );
    } catch (error) {
      // What is wrong with one environment must not keep the others from being told.
      failed.add(environment);
      input.tools.onError(error);
    }
  }
  return failed;
}

async function tellSite(
  db: Kysely<Tables>,
  input: { readonly row: SiteRow; readonly answered: boolean; readonly renewed: boolean },
): Promise<ReconciledSite> {
  const { row, answered } = input;
  const [desired, observed] = [await readDesired(db, row), await readObserved(db, row.id)];
  const compared = compareSite({ desired, observed }).filter((each) => each.standing !== 'as-desired');
  const references = await referencesOf(
    db,
    compared.flatMap((each) => [each.desired, each.running]),
  );
  const names = await readNames(
    db,
    compared.map((each) => each.application),
  );
  const label = (build: BuildId | null) =>
    build === null ? null : (references.get(build)?.label ?? 'a build that is gone');
  const detail =
    row.enrolledAt === null
      ? 'no agent came yet'
      : !row.online
        ? 'it is offline; this is what it said last'
        : !answered
          ? 'its agent did not answer in time; this is what it said last'
          : input.renewed
            ? null
            : "what it should be could not be made anew; the server's log has more";
  return {
    site: { id: row.id, name: row.name },
    environment: { id: row.environmentId, name: row.environmentName },
    outcome: outcomeOf({ row, answered, standings: compared.map((each) => each.standing) }),
    lastSeenAt: row.lastSeenAt?.toISOString() ?? null,
    reconciledAt: row.reconciledAt?.toISOString() ?? null,
    generation: { desired: row.generation, observed: row.observedGeneration },
    detail,
    applications: compared.map((each) => ({
      application: { id: each.application, name: names.get(each.application) ?? 'gone' },
      standing: each.standing,
      desired: label(each.desired),
      running: label(each.running),
      detail: each.detail,
    })),
  };
}

function outcomeOf(input: {
  readonly row: SiteRow;
  readonly answered: boolean;
  readonly standings: readonly string[];
}): ReconciledSite['outcome'] {
  const { row, standings } = input;
  if (row.enrolledAt === null) return 'enrolling';
  if (!row.online || !input.answered) return 'silent';
  if (standings.some((each) => each !== 'changing')) return 'differs';
  return standings.length > 0 || row.generation !== row.observedGeneration ? 'changing' : 'in-step';
}

async function readDesired(db: Kysely<Tables>, row: SiteRow): Promise<readonly DesiredOnSite[]> {
  const targets = await db
    .selectFrom('targets')
    .select(['applicationId', 'buildId', 'operation'])
    .where('environmentId', '=', row.environmentId)
    .execute();
  const changing = await applicationsOfPlans(db, row.environmentId);
  const placed: DesiredOnSite[] = [];
  for (const target of targets) {
    const sites = await placedSites(db, { environment: row.environmentId, application: target.applicationId });
    if (!sites.some((each) => each.id === row.id)) continue;
    placed.push({
      application: target.applicationId,
      build: target.buildId,
      operation: target.operation,
      changing: changing.has(target.applicationId),
    });
  }
  return placed;
}

async function applicationsOfPlans(
  db: Kysely<Tables>,
  environment: EnvironmentId,
): Promise<ReadonlySet<ApplicationId>> {
  const plans = await db
    .selectFrom('plans')
    .select('applicationIds')
    .where('environmentId', '=', environment)
    .where('endedAt', 'is', null)
    .where('startedAt', 'is not', null)
    .execute();
  return new Set(plans.flatMap((each) => each.applicationIds));
}

async function readObserved(db: Kysely<Tables>, site: SiteId): Promise<readonly ObservedOnSite[]> {
  const row = await db.selectFrom('sites').select('report').where('id', '=', site).executeTakeFirst();
  return (row?.report?.applications ?? []).map((each) => ({
    application: each.application.id,
    operation: each.operation,
    phase: each.phase,
    message: each.message,
    running: each.running,
    drift: each.drift?.healed === false ? each.drift.message : null,
  }));
}

async function readNames(
  db: Kysely<Tables>,
  applications: readonly ApplicationId[],
): Promise<ReadonlyMap<ApplicationId, string>> {
  if (applications.length === 0) return new Map();
  const rows = await db.selectFrom('applications').select(['id', 'name']).where('id', 'in', applications).execute();
  return new Map(rows.map((row) => [row.id, row.name]));
}
