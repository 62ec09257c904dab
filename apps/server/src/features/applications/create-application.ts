import { type ApplicationId, actorName, type InspectionId, mayManageTeam, refuse, type TeamId } from '@almanac/domain';
import type { CommandContext } from '#platform/http';

/** Asks for the first build of an application; the feature that builds provides it. */
export type RequestFirstBuild = (
  context: CommandContext,
  input: {
    readonly application: ApplicationId;
    readonly branch: string;
    readonly commit?: string | undefined;
    readonly requestedBy: string;
  },
) => Promise<unknown>;

/** Makes an application of what an inspection found, and asks for its first build. */
export async function createFromInspection(
  context: CommandContext,
  input: {
    readonly inspection: InspectionId;
    readonly displayName?: string | undefined;
    readonly requestFirstBuild: RequestFirstBuild;
  },
): Promise<ApplicationId> {
  const { db } = context;
  const inspection = await db
    .selectFrom('inspections')
    .selectAll()
    .where('id', '=', input.inspection)
    .executeTakeFirst();
  if (inspection === undefined) return refuse('not-found', 'there is no such inspection');
  if (inspection.state !== 'succeeded' || inspection.manifest === null)
    return refuse('wrong-state', `the inspection is ${inspection.state}; an application is made of one that succeeded`);
  const name = inspection.manifest.application;
  const taken = await db
    .selectFrom('applications')
    .select(['repository', 'manifestPath'])
    .where('name', '=', name)
    .executeTakeFirst();
  if (taken !== undefined)
    return refuse(
      'name-taken',
      `an application called ${name} is there already, from ${taken.repository} (${taken.manifestPath})`,
    );
  const same = await db
    .selectFrom('applications')
    .select('name')
    .where('repository', '=', inspection.repository)
    .where('manifestPath', '=', inspection.manifestPath)
    .executeTakeFirst();
  if (same !== undefined)
    return refuse(
      'application-renamed',
      `this manifest belongs to the application ${same.name}; rename it: almanac app rename ${same.name} ${name}`,
    );
  const id = context.newId<'application'>();
  await db
    .insertInto('applications')
    .values({
      id,
      name,
      displayName: input.displayName ?? name,
      repository: inspection.repository,
      branch: inspection.branch,
      manifestPath: inspection.manifestPath,
      headCommit: inspection.commit?.hash ?? null,
      polledAt: context.now,
      teamId: await wishedTeam(context, inspection.manifest.team),
      createdAt: context.now,
    })
    .execute();
  await context.record({ kind: 'application-changed', subject: { application: id } });
  await input.requestFirstBuild(context, {
    application: id,
    branch: inspection.branch,
    commit: inspection.commit?.hash,
    requestedBy: actorName(context.actor),
  });
  return id;
}

/**
 * The team that a manifest wishes for, where it is there and whoever makes the application is one of it or manages it: a
 * manifest alone gives nobody anything. Later the owner is changed by people, never by a commit.
 */
async function wishedTeam({ db, actor }: CommandContext, wish: string | undefined): Promise<TeamId | null> {
  if (wish === undefined || actor.kind !== 'principal') return null;
  const team = await db.selectFrom('teams').select('id').where('name', '=', wish).executeTakeFirst();
  if (team === undefined) return null;
  const { access, roles } = actor;
  return access.memberships.has(team.id) || mayManageTeam(access, roles, team.id) ? team.id : null;
}
