import { type ApplicationId, actorName, decideCommand, type EnvironmentId, refuse, type SiteId } from '@almanac/domain';
import type { Rollout } from '@almanac/protocol';
import { sql } from 'kysely';
import { findApplication } from '#features/applications';
import { findEnvironment } from '#features/environments';
import { findSite, type RefreshDocuments } from '#features/sites';
import type { CommandContext } from '#platform/http';
import { readRollout, reportedSites, rolloutTarget } from './rollout.view.ts';

export type CommandKind = 'promote' | 'pause' | 'resume' | 'abort' | 'skip';

export interface RolloutRequest {
  readonly kind: CommandKind;
  readonly step: number | null;
  readonly reason: string;
  /** What was looked at; absent for what is under way now. */
  readonly operation: string | undefined;
  /** The only site that is asked; absent for all of them. */
  readonly site: string | undefined;
}

/** Asks something of a rollout: the sites of the environment are told, or one of them, and carry it out once. */
export async function commandRollout(
  context: CommandContext,
  input: {
    readonly environment: string;
    readonly application: string;
    readonly request: RolloutRequest;
    readonly refreshDocuments: RefreshDocuments;
  },
): Promise<Rollout> {
  const { db } = context;
  const { request } = input;
  const environment = await findEnvironment(db, input.environment);
  const application = await findApplication(db, input.application);
  const place = { environment: environment.id, application: application.id };
  const { operation } = await rolloutTarget(db, place);
  if (request.operation !== undefined && request.operation !== operation)
    return refuse('wrong-state', `another version of ${application.name} is on its way meanwhile; look again`);
  const site = request.site === undefined ? null : await siteIn(db, environment, request.site);
  const seen = await reportedSites(db, { ...place, site: site?.id ?? null }, operation);
  decideCommand(request, {
    application: application.name,
    site: site?.name ?? null,
    sites: seen.map(({ phase, rollout }) => ({
      phase,
      step: rollout?.step ?? null,
      waits: phase === 'stepping' && rollout?.hold != null,
    })),
  });
  await save(context, { ...place, site: site?.id ?? null, operation, request });
  await input.refreshDocuments(context, environment.id, site === null ? undefined : [site.id]);
  await context.record({ kind: 'rollout-changed', subject: place });
  context.audit({
    subject: `environment:${environment.name} application:${application.name}${site === null ? '' : ` site:${site.name}`}`,
    detail: {
      kind: request.kind,
      reason: request.reason,
      operation,
      ...(request.step === null ? {} : { step: request.step }),
    },
  });
  return readRollout(db, place);
}

async function siteIn(
  db: CommandContext['db'],
  environment: { readonly id: string; readonly name: string },
  name: string,
) {
  const site = await findSite(db, name);
  return site.environmentId === environment.id
    ? site
    : refuse('not-found', `there is no site ${name} in ${environment.name}`);
}

async function save(
  context: CommandContext,
  input: {
    readonly environment: EnvironmentId;
    readonly application: ApplicationId;
    readonly site: SiteId | null;
    readonly operation: string;
    readonly request: RolloutRequest;
  },
): Promise<void> {
  const { operation, request, site } = input;
  const { db } = context;
  const asked = {
    number: await nextNumber(context, input),
    operation,
    kind: request.kind,
    step: request.step,
    byWhom: actorName(context.actor),
    reason: request.reason,
    at: context.now,
  };
  const applicationId = input.application;
  if (site === null)
    await db
      .insertInto('rolloutCommands')
      .values({ environmentId: input.environment, applicationId, ...asked })
      .onConflict((conflict) => conflict.columns(['environmentId', 'applicationId']).doUpdateSet(asked))
      .execute();
  else
    await db
      .insertInto('rolloutSiteCommands')
      .values({ siteId: site, applicationId, ...asked })
      .onConflict((conflict) => conflict.columns(['siteId', 'applicationId']).doUpdateSet(asked))
      .execute();
}

/**
 * Greater than that of any command for the application before, be it for one site or for all; it follows the clock, so that it
 * goes on to grow where the server was restored from a backup. Who asks at the same time waits.
 */
async function nextNumber(
  { db, now }: CommandContext,
  place: { readonly environment: EnvironmentId; readonly application: ApplicationId },
): Promise<number> {
  await db
    .selectFrom('targets')
    .select('operation')
    .where('environmentId', '=', place.environment)
    .where('applicationId', '=', place.application)
    .forUpdate()
    .execute();
  const { rows } = await sql<{ readonly number: number | null }>`
    select max(number) as number from (
      select number from rollout_commands
        where environment_id = ${place.environment} and application_id = ${place.application}
      union all
      select number from rollout_site_commands join sites on sites.id = rollout_site_commands.site_id
        where sites.environment_id = ${place.environment} and application_id = ${place.application}
    ) as asked`.execute(db);
  return Math.max(now.getTime(), Number(rows[0]?.number ?? 0) + 1);
}
