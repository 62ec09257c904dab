import type { ApplicationId, BuildId, EnvironmentId, PlanId } from '@almanac/domain';
import type { HistoryEntry } from '@almanac/protocol';
import type { CommandContext } from '#platform/http';

export interface EndedOperation {
  readonly environment: EnvironmentId;
  readonly application: ApplicationId;
  readonly kind: HistoryEntry['kind'];
  readonly before: BuildId | null;
  readonly after: BuildId | null;
  readonly plan: { readonly id: PlanId; readonly number: number };
  readonly by: string;
  readonly detail: string | null;
}

/** Writes the entry of an operation that reached its end, in the transaction in which it did. */
export async function recordHistory(context: CommandContext, ended: EndedOperation): Promise<void> {
  await context.db
    .insertInto('history')
    .values({
      id: context.newId(),
      at: context.now,
      environmentId: ended.environment,
      applicationId: ended.application,
      kind: ended.kind,
      beforeBuildId: ended.before,
      afterBuildId: ended.after,
      planId: ended.plan.id,
      planNumber: ended.plan.number,
      byWhom: ended.by,
      detail: ended.detail,
    })
    .execute();
}
