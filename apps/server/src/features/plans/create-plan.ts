import {
  type ApplicationId,
  actorName,
  type BuildId,
  type Plan as DomainPlan,
  type EnvironmentId,
  type FailurePolicy,
  orderInWaves,
  type PlanId,
  refuse,
  type Target,
} from '@almanac/domain';
import type { deploySource, Finding, Manifest, operationRequest, Plan } from '@almanac/protocol';
import { sql } from 'kysely';
import type { z } from 'zod';
import { findApplication } from '#features/applications';
import { findEnvironment } from '#features/environments';
import { pinEarlierSettings, pinSettings } from '#features/settings';
import type { CommandContext } from '#platform/http';
import { type Analysed, analysePlan, consumesOf, providesOf } from './analyse.ts';
import { earlierSource } from './earlier-source.ts';
import { readTargets } from './targets.ts';

export interface CreatePlan {
  readonly environment: string;
  readonly operations: readonly z.output<typeof operationRequest>[];
  readonly notes: string;
  readonly failurePolicy: FailurePolicy;
  readonly origin?: Plan['origin'];
  /** What whoever composes it found out, beside what the analysis finds. */
  readonly findings?: readonly Finding[];
}

interface Drafted extends Analysed {
  readonly before: Target | null;
  readonly after: Target | null;
}

/** Composes a plan: which builds and settings are meant is pinned now, and what they would do is analysed. */
export async function createPlan(context: CommandContext, input: CreatePlan): Promise<PlanId> {
  const { db } = context;
  const environment = await findEnvironment(db, input.environment);
  const targets = await readTargets(db, environment.id);
  const drafted: Drafted[] = [];
  for (const request of input.operations) {
    const operation = await draft(context, { request, environment: environment.id, targets });
    if (drafted.some((each) => each.application === operation.application))
      return refuse('invalid-request', `${operation.name} is in the plan twice`);
    drafted.push(operation);
  }
  const { findings, neighbours } = await analysePlan(db, {
    environment: environment.id,
    environmentName: environment.name,
    operations: drafted,
  });
  const waves = orderInWaves(drafted.map(toWaveMember));
  const id = context.newId<'plan'>();
  const { rows } = await sql<{ number: number }>`select nextval('plan_numbers')::int as number`.execute(db);
  const number = rows[0]?.number ?? 0;
  const body: DomainPlan = {
    id,
    number,
    environment: environment.id,
    state: 'draft',
    reason: null,
    failurePolicy: input.failurePolicy,
    neighbours,
    operations: drafted.map((each) => ({
      id: context.newId<'operation'>(),
      application: each.application,
      applicationName: each.name,
      kind: each.kind,
      wave: waves.get(each.application) ?? 0,
      before: each.before,
      after: each.after,
      state: 'pending',
      message: null,
      startedAt: null,
      endedAt: null,
    })),
  };
  await db
    .insertInto('plans')
    .values({
      id,
      number,
      environmentId: environment.id,
      state: 'draft',
      body: JSON.stringify(body),
      applicationIds: drafted.map((each) => each.application),
      origin: input.origin ?? originOf(input.operations),
      notes: input.notes,
      requestedBy: actorName(context.actor),
      findings: JSON.stringify([...findings, ...(input.findings ?? [])]),
      wakeAt: null,
      createdAt: context.now,
      startedAt: null,
      endedAt: null,
    })
    .execute();
  await context.record({ kind: 'plan-changed', subject: { plan: id, environment: environment.id, state: body.state } });
  return id;
}

async function draft(
  context: CommandContext,
  input: {
    readonly request: z.output<typeof operationRequest>;
    readonly environment: EnvironmentId;
    readonly targets: ReadonlyMap<ApplicationId, Target>;
  },
): Promise<Drafted> {
  const { request, targets } = input;
  const application = await findApplication(context.db, request.application);
  const before = targets.get(application.id) ?? null;
  const common = { application: application.id, name: application.name, kind: request.kind, before };
  if (request.kind === 'remove') {
    if (before === null) return refuse('nothing-to-do', `${application.name} does not run there`);
    return { ...common, after: null, manifest: null, missing: [], downgrade: null };
  }
  if (request.kind === 'configure' && before === null)
    return refuse('nothing-to-do', `${application.name} does not run there; deploy it first`);
  const earlier =
    request.kind === 'deploy'
      ? await earlierSource(context, { source: request.source, application, environment: input.environment })
      : undefined;
  const buildId =
    request.kind === 'configure'
      ? before?.build
      : earlier !== undefined
        ? earlier.build
        : await resolveSource(context, { source: request.source, application, environment: input.environment });
  if (buildId === undefined) return refuse('nothing-to-do', `${application.name} does not run there`);
  const build = await context.db.selectFrom('builds').selectAll().where('id', '=', buildId).executeTakeFirst();
  if (build === undefined || build.applicationId !== application.id)
    return refuse('not-found', `${application.name} has no such build`);
  if (build.state !== 'succeeded' || build.manifest === null)
    return refuse(
      'build-not-usable',
      `build ${build.number} of ${application.name} is ${build.state}; only one that succeeded can be deployed`,
    );
  const place = { application: application.id, environment: input.environment, manifest: build.manifest };
  const settingsOfThen = earlier?.settings ?? null;
  const set = await pinSettings(context.db, place);
  const pinned =
    settingsOfThen === null ? set : await pinEarlierSettings(context.db, { ...place, earlier: settingsOfThen });
  const after: Target = {
    build: build.id,
    operation: context.newId<'operation'>(),
    settings: pinned.settings,
    settingsHash: pinned.hash,
    ...(pinned.hash === set.hash ? {} : { earlierSettings: true as const }),
  };
  return {
    ...common,
    // The same build with settings of then is no deployment.
    kind: earlier !== undefined && before?.build === build.id ? 'configure' : common.kind,
    after,
    manifest: build.manifest,
    missing: pinned.missing,
    downgrade: await downgradeOf(context, { name: application.name, before, number: build.number }),
  };
}

type Application = Awaited<ReturnType<typeof findApplication>>;

async function resolveSource(
  context: CommandContext,
  input: {
    readonly source: z.output<typeof deploySource>;
    readonly application: Application;
    readonly environment: EnvironmentId;
  },
): Promise<BuildId> {
  const { db } = context;
  const { source, application } = input;
  switch (source.kind) {
    case 'build':
      return source.build;
    case 'version': {
      const version = await db
        .selectFrom('versions')
        .select('buildId')
        .where('applicationId', '=', application.id)
        .where('number', '=', source.number)
        .executeTakeFirst();
      return version?.buildId ?? refuse('not-found', `${application.name} has no version ${source.number}`);
    }
    case 'environment': {
      const from = await findEnvironment(db, source.environment);
      const target = await db
        .selectFrom('targets')
        .select('buildId')
        .where('environmentId', '=', from.id)
        .where('applicationId', '=', application.id)
        .executeTakeFirst();
      return (
        target?.buildId ??
        refuse('nothing-to-do', `${application.name} does not run in ${from.name}; there is nothing to promote`)
      );
    }
    case 'moment':
    case 'before-plan':
      throw new Error('what ran earlier is found by earlierSource');
    case 'previous':
      return previousBuild(context, { application, environment: input.environment });
    case 'latest': {
      const latest = await db
        .selectFrom('builds')
        .select('id')
        .where('applicationId', '=', application.id)
        .where('state', '=', 'succeeded')
        .orderBy('number', 'desc')
        .limit(1)
        .executeTakeFirst();
      return latest?.id ?? refuse('nothing-to-do', `${application.name} has no build that succeeded`);
    }
  }
}

/** The build that ran before the present one came, by the history of the environment. */
async function previousBuild(
  context: CommandContext,
  input: { readonly application: Application; readonly environment: EnvironmentId },
): Promise<BuildId> {
  const entry = await context.db
    .selectFrom('history')
    .innerJoin('targets', (join) =>
      join
        .onRef('targets.environmentId', '=', 'history.environmentId')
        .onRef('targets.applicationId', '=', 'history.applicationId')
        .onRef('targets.buildId', '=', 'history.afterBuildId'),
    )
    .select('history.beforeBuildId')
    .where('history.environmentId', '=', input.environment)
    .where('history.applicationId', '=', input.application.id)
    .where('history.kind', '=', 'deployed')
    .whereRef('history.beforeBuildId', 'is distinct from', 'history.afterBuildId')
    .orderBy('history.at', 'desc')
    .orderBy('history.id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return (
    entry?.beforeBuildId ?? refuse('nothing-to-do', `nothing ran there before what ${input.application.name} runs now`)
  );
}

async function downgradeOf(
  context: CommandContext,
  input: { readonly name: string; readonly before: Target | null; readonly number: number },
): Promise<string | null> {
  if (input.before === null) return null;
  const running = await context.db
    .selectFrom('builds')
    .select(['number', 'label'])
    .where('id', '=', input.before.build)
    .executeTakeFirst();
  return running !== undefined && running.number > input.number
    ? `${input.name} goes back from ${running.label} to an earlier build`
    : null;
}

function toWaveMember(each: Drafted) {
  const manifest: Manifest | null = each.manifest;
  return {
    application: each.application,
    removed: each.kind === 'remove',
    provides: manifest === null ? [] : providesOf(manifest),
    consumes: manifest === null ? [] : consumesOf(manifest),
  };
}

function originOf(operations: CreatePlan['operations']): Plan['origin'] {
  const kinds = new Set(operations.map((each) => (each.kind === 'deploy' ? each.source.kind : each.kind)));
  if (kinds.size !== 1) return 'composed';
  if (kinds.has('environment')) return 'promotion';
  return kinds.has('previous') ? 'rollback' : 'composed';
}
