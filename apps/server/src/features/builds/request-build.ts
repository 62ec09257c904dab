import type { ApplicationId, BuildId } from '@almanac/domain';
import { sql } from 'kysely';
import { queueJob } from '#features/jobs';
import type { CommandContext } from '#platform/http';
import { wantedPatches } from './wanted-patches.ts';

export interface RequestBuild {
  readonly application: ApplicationId;
  readonly branch: string;
  /** The head of the branch when absent. */
  readonly commit?: string | undefined;
  /** Builds again what was built already. */
  readonly rebuild?: boolean;
  readonly requestedBy: string;
}

/** What one build may use, at most. */
const limits = {
  seconds: 1800,
  outputBytes: 256 * 1024 * 1024,
  artifactBytes: 4 * 1024 ** 3,
  memoryBytes: 4 * 1024 ** 3,
} as const;
const knownCommits = 50;

/**
 * Asks for a build. A build of the same commit that succeeded or is under way is that build: one commit of one
 * application is built once.
 */
export async function requestBuild(context: CommandContext, input: RequestBuild): Promise<BuildId> {
  const { db } = context;
  const application = await db
    .selectFrom('applications')
    .selectAll()
    .where('id', '=', input.application)
    // A stronger lock would wait for everybody who refers to the application, such as those who change its settings.
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow();
  const existing = input.rebuild === true ? undefined : await findSame(context, input);
  if (existing !== undefined) return existing;
  const number = application.builds + 1;
  await db.updateTable('applications').set({ builds: number }).where('id', '=', application.id).execute();
  const id = context.newId<'build'>();
  const known = await db
    .selectFrom('commits')
    .select('hash')
    .where('applicationId', '=', application.id)
    .orderBy('at', 'desc')
    .limit(knownCommits)
    .execute();
  const patches = await wantedPatches(db, application.id);
  const jobId = await queueJob(context, {
    applicationId: application.id,
    work: {
      kind: 'build',
      source: { repository: application.repository, branch: input.branch, manifestPath: application.manifestPath },
      build: id,
      application: { id: application.id, name: application.name },
      ...(input.commit === undefined ? {} : { commit: input.commit }),
      knownCommits: known.map((each) => each.hash),
      ...(patches.length === 0 ? {} : { patches }),
      limits,
    },
  });
  await db
    .insertInto('builds')
    .values({
      id,
      applicationId: application.id,
      number,
      jobId,
      state: 'queued',
      branch: input.branch,
      label: input.commit?.slice(0, 8) ?? input.branch,
      commit: input.commit ?? null,
      manifest: null,
      indexDigest: null,
      fault: null,
      requestedBy: input.requestedBy,
      createdAt: context.now,
      startedAt: null,
      endedAt: null,
    })
    .execute();
  await context.record({ kind: 'build-changed', subject: { application: application.id, build: id } });
  return id;
}

async function findSame(context: CommandContext, input: RequestBuild): Promise<BuildId | undefined> {
  const query = context.db.selectFrom('builds').select('id').where('applicationId', '=', input.application);
  const found =
    input.commit === undefined
      ? await query
          .where('commit', 'is', null)
          .where('branch', '=', input.branch)
          .where('state', '=', 'queued')
          .executeTakeFirst()
      : await query
          .where('commit', '=', input.commit)
          .where(sql<boolean>`state in ('queued', 'running', 'succeeded')`)
          .orderBy('createdAt', 'desc')
          .executeTakeFirst();
  return found?.id;
}
