import { isDeepStrictEqual } from 'node:util';
import { admit, type PrincipalId } from '@almanac/domain';
import type { FollowedPolicy } from '@almanac/protocol';
import { sql } from 'kysely';
import { findActor } from '#features/access';
import { type JobListener, queueJob } from '#features/jobs';
import type { Periodic } from '#platform/feature';
import type { CommandContext } from '#platform/http';
import { addPolicyVersion, lockPolicy, policyInForce } from './policy-versions.ts';
import { readPolicy } from './read-policy.ts';
import type { WakeWaiting } from './wake-waiting.ts';

/** How often a repository is looked at, in seconds. */
const pollSeconds = 10;
const follower = { kind: 'system', name: 'policies in git' } as const;

/** Looks at the files from which policies are read; one look at each at a time, on whichever node comes first. */
export const lookAtPolicies: Periodic = {
  name: 'look-at-policies',
  everyMs: 2000,
  run: async ({ inTransaction }) => {
    await inTransaction({ actor: follower, action: null }, async (context) => {
      const due = await context.db
        .selectFrom('followedPolicies')
        .selectAll()
        .where(sql<boolean>`(polled_at is null or polled_at < now() - make_interval(secs => ${pollSeconds}))`)
        .where(
          sql<boolean>`not exists (select 1 from jobs where jobs.id = followed_policies.job_id and state in ('queued', 'running'))`,
        )
        .orderBy('polledAt', (order) => order.asc().nullsFirst())
        .limit(10)
        .forUpdate()
        .skipLocked()
        .execute();
      for (const { id, repository, branch, path, commit } of due) {
        const work = { kind: 'read', source: { repository, branch }, path, known: commit } as const;
        const jobId = await queueJob(context, { applicationId: null, work });
        await context.db
          .updateTable('followedPolicies')
          .set({ jobId, polledAt: context.now })
          .where('id', '=', id)
          .execute();
      }
    });
  },
};

/** Looks leave nothing behind that anybody would want to see again. */
export const forgetLooks: Periodic = {
  name: 'forget-looks-at-policies',
  everyMs: 60_000,
  run: async ({ db }) => {
    await sql`delete from jobs where kind = 'read' and state = 'ended' and ended_at < now() - interval '10 minutes'`.execute(
      db,
    );
  },
};

/** Takes over what a look brought: a valid new policy holds from now on, anything else leaves the one before in force. */
export function followPolicies(wakeWaiting: WakeWaiting): JobListener {
  return async (context, { job, result }) => {
    if (job.kind !== 'read') return;
    const followed = await context.db
      .selectFrom('followedPolicies')
      .selectAll()
      .where('jobId', '=', job.id)
      .forUpdate()
      .executeTakeFirst();
    if (followed === undefined) return;
    const read = readPolicy(result, followed.path);
    // The commit that is known already: whatever was said of it still holds.
    if (read === undefined) return noteLook(context, { ...followed, fault: followed.fault });
    if (read.kind === 'fault') return noteLook(context, { ...followed, commit: read.commit, fault: read.fault });
    const refused = await whyNoLonger(context, followed.followedById);
    // The commit stays unknown, so that the next look asks again.
    if (refused !== undefined) return noteLook(context, { ...followed, fault: { detail: refused, faults: [] } });
    await noteLook(context, { ...followed, commit: read.commit, fault: null });
    const place = { scope: followed.scope, environmentId: followed.environmentId };
    await lockPolicy(context.db, place);
    // Most commits of a repository change something else.
    if (isDeepStrictEqual((await policyInForce(context.db, place))?.policy, read.policy)) return;
    const { repository, branch, path } = followed;
    await addPolicyVersion(
      { ...context, actor: follower },
      { place, policy: read.policy, note: '', origin: { repository, branch, path, commit: read.commit }, wakeWaiting },
    );
  };
}

/** Asks again for whoever had the file followed: a policy that they may not set is not set by it either. */
async function whyNoLonger({ db }: CommandContext, by: PrincipalId | null): Promise<string | undefined> {
  if (by === null) return undefined;
  const actor = await findActor(db, by);
  if (actor === undefined) return 'whoever had this file followed is not there any more';
  const decision = admit(actor, 'right:manage-environments');
  return decision.allowed ? undefined : `${actor.name} had this file followed, and may not set policies any more`;
}

async function noteLook(context: CommandContext, look: Pick<FollowedPolicy, 'id' | 'commit' | 'fault'>): Promise<void> {
  const before = await context.db
    .selectFrom('followedPolicies')
    .select(['commit', 'fault', 'lookedAt'])
    .where('id', '=', look.id)
    .executeTakeFirstOrThrow();
  await context.db
    .updateTable('followedPolicies')
    .set({
      commit: look.commit,
      fault: look.fault === null ? null : JSON.stringify(look.fault),
      lookedAt: context.now,
    })
    .where('id', '=', look.id)
    .execute();
  // Most looks find nothing, and are nothing that anybody has to be told.
  const same = before.lookedAt !== null && isDeepStrictEqual([before.commit, before.fault], [look.commit, look.fault]);
  if (!same) await context.record({ kind: 'governance-changed', subject: {} });
}
