import { isDeepStrictEqual } from 'node:util';
import type { Policy } from '@almanac/domain';
import { type FollowedPolicy, type JobResult, parsePolicy } from '@almanac/protocol';
import { sql } from 'kysely';
import { type JobListener, queueJob } from '#features/jobs';
import type { Periodic } from '#platform/feature';
import type { CommandContext } from '#platform/http';
import { addPolicyVersion, lockPolicy, policyInForce } from './policy-versions.ts';
import { faultsOfCalendars } from './scopes.ts';
import type { WakeWaiting } from './wake-waiting.ts';

/** How often a repository is looked at, in seconds. */
const pollSeconds = 10;
const follower = { kind: 'system', name: 'policies in git' } as const;

type Fault = NonNullable<FollowedPolicy['fault']>;

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
      await sql`delete from jobs where kind = 'read' and state = 'ended' and ended_at < now() - interval '10 minutes'`.execute(
        context.db,
      );
    });
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

type Reading =
  | { readonly kind: 'policy'; readonly commit: string; readonly policy: Policy }
  /** Without a commit nothing could be read, and the next look begins anew. */
  | { readonly kind: 'fault'; readonly commit: string | null; readonly fault: Fault };

function readPolicy(result: JobResult, path: string): Reading | undefined {
  if (result.kind === 'fault') {
    const { detail, outcome } = result.fault;
    const commit = outcome === 'failed' ? (result.commit ?? null) : null;
    return { kind: 'fault', commit, fault: { detail, faults: [] } };
  }
  if (result.kind !== 'read')
    return {
      kind: 'fault',
      commit: null,
      fault: { detail: 'the builder did not read what it was asked for', faults: [] },
    };
  const { commit, text } = result;
  if (text === null) return undefined;
  const wrong = (faults: Fault['faults']): Reading => {
    const count = faults.length === 1 ? 'one fault' : `${faults.length} faults`;
    return { kind: 'fault', commit, fault: { detail: `${path} has ${count}`, faults } };
  };
  // No text that people write holds this character, and no database keeps it.
  if (text.includes('\0') || /\\(0|x00|u0000|U00000000)/.test(text))
    return wrong([{ path: '', line: 1, column: 1, detail: 'holds a character that is no text' }]);
  const parsed = parsePolicy(text);
  if (!parsed.ok) return wrong([...parsed.faults]);
  const faults = faultsOfCalendars(
    parsed.value.windows.map((calendar, index) => ({ pointer: `windows.${index}`, calendar })),
  );
  if (faults.length > 0)
    return wrong(
      faults.map(({ pointer, detail }) => ({ path: pointer.replace('/', '.'), line: 1, column: 1, detail })),
    );
  return { kind: 'policy', commit, policy: parsed.value };
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
