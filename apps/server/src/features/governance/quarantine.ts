import { type ApplicationId, actorName, type BuildId } from '@almanac/domain';
import type { Quarantine } from '@almanac/protocol';
import type { CommandContext } from '#platform/http';

/**
 * Puts a build into quarantine, as people do and as automation does that found it bad; one that is there already stays
 * as it is. Answers with the key of the quarantine.
 */
export async function quarantineBuild(
  context: CommandContext,
  input: { readonly application: ApplicationId; readonly build: BuildId; readonly reason: string },
): Promise<Quarantine['id']> {
  const { db } = context;
  const held = await db
    .selectFrom('quarantines')
    .select('id')
    .where('buildId', '=', input.build)
    .where('liftedAt', 'is', null)
    .executeTakeFirst();
  if (held !== undefined) return held.id;
  const id = context.newId<'quarantine'>();
  await db
    .insertInto('quarantines')
    .values({
      id,
      applicationId: input.application,
      buildId: input.build,
      reason: input.reason,
      createdBy: actorName(context.actor),
      createdAt: context.now,
      liftedBy: null,
      liftedAt: null,
      liftReason: null,
    })
    .execute();
  await context.record({ kind: 'governance-changed', subject: { application: input.application, build: input.build } });
  return id;
}
