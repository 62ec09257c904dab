import { type ApplicationId, type EnvironmentId, type Level, observeLevel } from '@almanac/domain';
import { sql } from 'kysely';
import { offlineAfterSeconds } from '#features/sites';
import type { BackgroundContext } from '#platform/feature';
import type { CommandContext } from '#platform/http';
import { type Happening, writeNotification } from './write-notification.ts';

/** What is not well for so long is told; a site counts as silent only after `offlineAfterSeconds` in the first place. */
const patienceMs = 15_000;
/** One node looks at a time. */
const watchLock = 7_400_012;
const teller = { kind: 'system', name: 'notifications' } as const;

interface Seen {
  readonly subject: string;
  readonly level: string;
  readonly well: string;
  readonly describe: (level: string, was: string) => Omit<Happening, 'key' | 'at' | 'sequence'>;
}

/**
 * Looks at what has a level: sites that are heard, applications that are well in an environment. Events only say that
 * something changed and silence makes none; so the present is compared with what was told last.
 */
export async function watchLevels(context: BackgroundContext): Promise<void> {
  const listening = await context.db.selectFrom('notificationSubscriptions').select('id').limit(1).executeTakeFirst();
  if (listening === undefined) return;
  await context.inTransaction({ actor: teller, action: null }, async (command) => {
    const { db, now } = command;
    const { rows } = await sql<{ locked: boolean }>`select pg_try_advisory_xact_lock(${watchLock}) as locked`.execute(
      db,
    );
    if (rows[0]?.locked !== true) return;
    const known = new Map(
      (await db.selectFrom('notificationLevels').selectAll().execute()).map((row) => [row.subject, row]),
    );
    const { position } = await db.selectFrom('outboxHead').select('position').executeTakeFirstOrThrow();
    for (const each of [...(await seeSites(command)), ...(await seeApplications(command))]) {
      const row = known.get(each.subject);
      const before: Level | null =
        row === undefined ? null : { told: row.told, seen: row.seen, seenSince: row.seenSince.getTime() };
      const { level, tell } = observeLevel({
        known: before,
        seen: each.level,
        well: each.well,
        now: now.getTime(),
        patience: patienceMs,
      });
      const asEver =
        before === null ? level.seen === each.well : level.told === before.told && level.seen === before.seen;
      if (!asEver) await saveLevel(command, each.subject, level);
      if (!tell) continue;
      await writeNotification(command, {
        ...each.describe(level.seen, before?.told ?? each.well),
        key: `${each.subject}:${level.seen}:${now.toISOString()}`,
        at: now,
        sequence: position,
      });
    }
  });
}

async function saveLevel(context: CommandContext, subject: string, level: Level): Promise<void> {
  const values = { told: level.told, seen: level.seen, seenSince: new Date(level.seenSince) };
  await context.db
    .insertInto('notificationLevels')
    .values({ subject, ...values })
    .onConflict((conflict) => conflict.column('subject').doUpdateSet(values))
    .execute();
}

async function seeSites(context: CommandContext): Promise<readonly Seen[]> {
  const rows = await context.db
    .selectFrom('sites')
    .innerJoin('environments', 'environments.id', 'sites.environmentId')
    .select([
      'sites.id',
      'sites.name',
      'sites.lastSeenAt',
      'environments.id as environment',
      'environments.name as environmentName',
      'environments.type as environmentType',
      sql<boolean>`sites.last_seen_at > now() - make_interval(secs => ${offlineAfterSeconds})`.as('heard'),
    ])
    // A site that was never heard is being set up.
    .where('sites.lastSeenAt', 'is not', null)
    .execute();
  return rows.map((row) => ({
    subject: `site:${row.id}`,
    level: row.heard ? 'heard' : 'silent',
    well: 'heard',
    describe: (level) => ({
      kind: level === 'silent' ? 'site-silent' : 'site-back',
      environment: row.environment,
      applications: [],
      content: {
        title:
          level === 'silent'
            ? `Nothing is heard of the site ${row.name} in ${row.environmentName}`
            : `The site ${row.name} in ${row.environmentName} is heard again`,
        severity: level === 'silent' ? 'warning' : 'info',
        path: `/sites/${row.name}`,
        subject: `site/${row.name}`,
        facts: [
          { label: 'Site', value: row.name },
          { label: 'Environment', value: row.environmentName },
          { label: 'Last heard', value: row.lastSeenAt?.toISOString() ?? 'never' },
          ...(level === 'silent' ? [{ label: 'Meanwhile', value: 'its applications run on by themselves' }] : []),
        ],
        details: {
          environment: { id: row.environment, name: row.environmentName, type: row.environmentType },
          site: { id: row.id, name: row.name, lastSeenAt: row.lastSeenAt?.toISOString() ?? null },
        },
      },
    }),
  }));
}

interface ApplicationRow {
  readonly application: ApplicationId;
  readonly name: string;
  readonly environment: EnvironmentId;
  readonly environmentName: string;
  readonly environmentType: string;
  readonly label: string;
  readonly failed: boolean;
  readonly degraded: boolean;
  readonly messages: readonly string[] | null;
}

/** Applications by what their sites that are heard say, but for those that a plan changes at the moment. */
async function seeApplications(context: CommandContext): Promise<readonly Seen[]> {
  const { rows } = await sql<ApplicationRow>`
    select t.application_id as application, a.name, t.environment_id as environment, e.name as environment_name,
      e.type as environment_type, b.label,
      coalesce(bool_or(r.phase = 'failed'), false) as failed,
      coalesce(bool_or(r.phase = 'degraded'), false) as degraded,
      array_agg(s.name || ': ' || coalesce(r.message, r.phase)) filter (where r.phase in ('failed', 'degraded')) as messages
    from targets t
    join applications a on a.id = t.application_id
    join environments e on e.id = t.environment_id
    join builds b on b.id = t.build_id
    left join sites s on s.environment_id = t.environment_id
      and s.last_seen_at > now() - make_interval(secs => ${offlineAfterSeconds})
    left join site_applications r on r.site_id = s.id and r.application_id = t.application_id and r.operation = t.operation
    where not exists (
      select 1 from plans p where p.environment_id = t.environment_id and p.ended_at is null and p.state <> 'draft'
        and t.application_id = any (p.application_ids))
    group by t.application_id, a.name, t.environment_id, e.name, e.type, b.label`.execute(context.db);
  return rows.map((row) => ({
    subject: `application:${row.environment}:${row.application}`,
    level: row.failed ? 'failed' : row.degraded ? 'degraded' : 'healthy',
    well: 'healthy',
    describe: (level, was) => describeApplication(row, level, was),
  }));
}

function describeApplication(
  row: ApplicationRow,
  level: string,
  was: string,
): Omit<Happening, 'key' | 'at' | 'sequence'> {
  const well = level === 'healthy';
  return {
    kind: well ? 'application-recovered' : level === 'failed' ? 'application-failed' : 'application-degraded',
    environment: row.environment,
    applications: [row.application],
    content: {
      title: `${row.name} in ${row.environmentName} ${well ? 'is well again' : level === 'failed' ? 'failed' : 'is degraded'}`,
      severity: well ? 'info' : level === 'failed' ? 'error' : 'warning',
      path: `/applications/${row.name}?tab=environments`,
      subject: `application/${row.name}`,
      facts: [
        { label: 'Application', value: row.name },
        { label: 'Environment', value: row.environmentName },
        { label: 'Version', value: row.label },
        ...(row.messages ?? []).slice(0, 10).map((value) => ({ label: 'Site', value })),
      ],
      details: {
        environment: { id: row.environment, name: row.environmentName, type: row.environmentType },
        application: { id: row.application, name: row.name },
        health: { now: level, was, messages: (row.messages ?? []).slice(0, 50) },
        build: { label: row.label },
      },
    },
  };
}
