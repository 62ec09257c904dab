import { type ApplicationId, actorName, decideCommand, type EnvironmentId, refuse } from '@almanac/domain';
import type { Rollout } from '@almanac/protocol';
import { sql } from 'kysely';
import { findApplication } from '#features/applications';
import { findEnvironment } from '#features/environments';
import type { RefreshDocuments } from '#features/sites';
import type { CommandContext } from '#platform/http';
import { readRollout, rolloutTarget } from './rollout.view.ts';

export type CommandKind = 'promote' | 'pause' | 'resume' | 'abort' | 'skip';

export interface RolloutRequest {
  readonly kind: CommandKind;
  readonly step: number | null;
  readonly reason: string;
  /** What was looked at; absent for what is under way now. */
  readonly operation: string | undefined;
}

/** Asks something of a rollout: every site of the environment is told, and carries it out once. */
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
  const seen = await readRollout(db, place);
  decideCommand(request, {
    application: application.name,
    sites: seen.sites.map(({ phase, rollout }) => ({
      phase,
      step: rollout?.step ?? null,
      waits: phase === 'stepping' && rollout?.hold != null,
    })),
  });
  await save(context, { ...place, operation, request });
  await input.refreshDocuments(context, environment.id);
  await context.record({ kind: 'rollout-changed', subject: place });
  context.audit({
    subject: `environment:${environment.name} application:${application.name}`,
    detail: {
      kind: request.kind,
      reason: request.reason,
      operation,
      ...(request.step === null ? {} : { step: request.step }),
    },
  });
  return readRollout(db, place);
}

async function save(
  context: CommandContext,
  input: {
    readonly environment: EnvironmentId;
    readonly application: ApplicationId;
    readonly operation: string;
    readonly request: RolloutRequest;
  },
): Promise<void> {
  const { operation, request } = input;
  const asked = {
    operation,
    kind: request.kind,
    step: request.step,
    byWhom: actorName(context.actor),
    reason: request.reason,
    at: context.now,
  };
  await context.db
    .insertInto('rolloutCommands')
    .values({
      environmentId: input.environment,
      applicationId: input.application,
      number: context.now.getTime(),
      ...asked,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['environmentId', 'applicationId'])
        .doUpdateSet({ ...asked, number: sql`greatest(rollout_commands.number + 1, excluded.number)` }),
    )
    .execute();
}
