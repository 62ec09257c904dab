import { actorName, refuse } from '@almanac/domain';
import type { Kysely } from 'kysely';
import { checkRepositoryAddress, findApplication } from '#features/applications';
import { command, type Endpoint } from '#platform/http';
import type { Tables } from '#tables';
import { followedPolicyOf } from './followed-policies.ts';
import { toColumns } from './scopes.ts';

interface Place {
  readonly repository: string;
  readonly branch: string;
}

export const followingEndpoints: readonly Endpoint[] = [
  command('followPolicy', async (context, { body }) => {
    const { db } = context;
    const { repository, branch } = await placeOf(db, body.from);
    checkRepositoryAddress(repository);
    const place = await toColumns(db, body.scope);
    const looks = {
      repository,
      branch,
      path: body.path,
      commit: null,
      fault: null,
      jobId: null,
      polledAt: null,
      lookedAt: null,
      followedBy: actorName(context.actor),
      followedById: context.actor.kind === 'principal' ? context.actor.id : null,
      followedAt: context.now,
    };
    // One file for each policy: another takes the place of the one before.
    await db
      .insertInto('followedPolicies')
      .values({ id: context.newId<'followed-policy'>(), ...place, ...looks })
      .onConflict((conflict) => conflict.columns(['scope', 'environmentId']).doUpdateSet(looks))
      .execute();
    const followed = await followedPolicyOf(db, place);
    await context.record({ kind: 'governance-changed', subject: {} });
    context.audit({ subject: `policy:${place.scope}`, detail: { ...body } });
    return followed ?? refuse('not-found', 'nothing is followed');
  }),

  command('unfollowPolicy', async (context, { params }) => {
    const ended = await context.db
      .deleteFrom('followedPolicies')
      .where('id', '=', params.following)
      .returning(['scope', 'repository', 'path'])
      .executeTakeFirst();
    if (ended === undefined) return refuse('not-found', 'this policy is not read from a repository');
    await context.record({ kind: 'governance-changed', subject: {} });
    context.audit({ subject: `policy:${ended.scope}`, detail: ended });
    return undefined;
  }),
];

/** The repository that is meant; that of an application is taken as it is today. */
async function placeOf(
  db: Kysely<Tables>,
  from:
    | { readonly kind: 'repository'; readonly repository: string; readonly branch: string }
    | { readonly kind: 'application'; readonly application: string; readonly branch?: string | undefined },
): Promise<Place> {
  if (from.kind === 'repository') return from;
  const application = await findApplication(db, from.application);
  return { repository: application.repository, branch: from.branch ?? application.branch };
}
