import { type ApplicationId, type BuildId, type EnvironmentId, refuse } from '@almanac/domain';
import type { deploySource, Manifest, operationRequest } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import type { z } from 'zod';
import { findApplication } from '#features/applications';
import { findEnvironment } from '#features/environments';
import type { GivenSetting, SealGiven } from '#features/settings';
import type { Access } from '#platform/http';
import { visibleApplications, withinScope } from '#scope';
import type { Tables } from '#tables';
import type { Choice } from './choice.ts';
import { composeRelease, type Release } from './compose-release.ts';
import { earlierSource, valuesBackFor } from './earlier-source.ts';

export type OperationRequest = z.output<typeof operationRequest>;

/** What composing reads: the estate as it is at a time. */
interface Moment {
  readonly db: Kysely<Tables>;
  readonly now: Date;
  readonly access: Pick<Access, 'scopeOf'>;
}

export interface Composition {
  readonly operations: readonly OperationRequest[];
  readonly differences?:
    | { readonly from: string; readonly names?: string | undefined; readonly team?: string | undefined }
    | undefined;
  readonly release?: Release | undefined;
}

type Environment = { readonly id: EnvironmentId; readonly name: string };

/** Turns what was asked for into choices: one for each application, with the build that is meant today. */
export async function compose(
  context: Moment,
  input: Composition & { readonly environment: Environment; readonly seal: SealGiven | undefined },
): Promise<readonly Choice[]> {
  const { db } = context;
  const { environment } = input;
  const choices: Choice[] = [];
  const said = new Set<ApplicationId>();
  for (const request of input.operations) {
    const application = await findApplication(db, request.application);
    if (said.has(application.id)) return refuse('invalid-request', `${application.name} is in the plan twice`);
    said.add(application.id);
    if (request.kind === 'leave') continue;
    const before = (await runningBuilds(db, { environment: environment.id, application: application.id })).get(
      application.id,
    );
    choices.push(
      await choose(context, { request, application, environment, before: before ?? null, seal: input.seal }),
    );
  }
  const { differences, release } = input;
  if (differences !== undefined && release !== undefined)
    return refuse(
      'invalid-request',
      'a plan is composed of a release or of what differs from an environment, not both',
    );
  if (release !== undefined) {
    const running = await runningBuilds(db, { environment: environment.id });
    choices.push(...composeRelease({ release, running, said }));
  }
  if (differences !== undefined)
    for (const each of await differing(context, { ...differences, environment }))
      if (!said.has(each.application)) choices.push(each);
  if (choices.length === 0) return refuse('nothing-to-do', nothingWords(input));
  if (choices.length > 200)
    return refuse('invalid-request', `${choices.length} applications differ; a plan changes at most 200: narrow it`);
  return choices;
}

function nothingWords(input: Composition & { readonly environment: Environment }): string {
  if (input.release !== undefined)
    return `${input.environment.name} runs all that is to come of release ${input.release.name} already`;
  if (input.differences !== undefined) return `nothing differs from ${input.differences.from}`;
  return 'the plan would change nothing; name at least one application';
}

type Application = Awaited<ReturnType<typeof findApplication>>;

async function choose(
  context: Moment,
  input: {
    readonly request: Exclude<OperationRequest, { kind: 'leave' }>;
    readonly application: Application;
    readonly environment: Environment;
    readonly before: BuildId | null;
    readonly seal: SealGiven | undefined;
  },
): Promise<Choice> {
  const { db } = context;
  const { request, application, before } = input;
  const common = { application: application.id, name: application.name, tag: null, earlierSettings: null };
  if (request.kind === 'remove') {
    if (before === null) return refuse('nothing-to-do', `${application.name} does not run there`);
    return { ...common, kind: 'remove', build: null, given: [] };
  }
  if (request.kind === 'configure' && before === null)
    return refuse('nothing-to-do', `${application.name} does not run there; deploy it first`);
  const earlier =
    request.kind === 'deploy'
      ? await earlierSource(context, { source: request.source, application, environment: input.environment.id })
      : undefined;
  const build =
    request.kind === 'configure'
      ? before
      : (earlier?.build ??
        (await resolveSource(db, { source: request.source, application, environment: input.environment.id })));
  const { manifest } = await usableBuild(db, { application, build });
  const given = giveSettings({
    application,
    environment: input.environment.id,
    manifest,
    values: request.settings ?? {},
    seal: input.seal,
  });
  const rollout = request.rollout === undefined ? {} : { rollout: request.rollout };
  if (request.kind === 'configure') return { ...common, ...rollout, kind: 'configure', build: null, given };
  const back = await valuesBackFor(context, { source: request.source, application, environment: input.environment.id });
  const tag =
    request.source.kind === 'tag' ? { number: request.source.number ?? null, notes: request.source.notes } : null;
  const earlierSettings = earlier?.settings ?? null;
  return { ...common, ...rollout, kind: 'deploy', build, given, tag, earlierSettings, valuesBack: back };
}

function giveSettings(input: {
  readonly application: Application;
  readonly environment: EnvironmentId;
  readonly manifest: Manifest;
  readonly values: Readonly<Record<string, string>>;
  readonly seal: SealGiven | undefined;
}): readonly GivenSetting[] {
  if (Object.keys(input.values).length === 0) return [];
  if (input.seal === undefined) return refuse('invalid-request', 'settings are given with a plan by people only');
  const { application, environment, manifest, values } = input;
  return input.seal({ application, environment, manifest, values });
}

async function usableBuild(
  db: Kysely<Tables>,
  input: { readonly application: Application; readonly build: BuildId | null },
) {
  const { application } = input;
  const build =
    input.build === null
      ? undefined
      : await db.selectFrom('builds').selectAll().where('id', '=', input.build).executeTakeFirst();
  if (build === undefined || build.applicationId !== application.id)
    return refuse('not-found', `${application.name} has no such build`);
  if (build.state !== 'succeeded' || build.manifest === null)
    return refuse(
      'build-not-usable',
      `build ${build.number} of ${application.name} is ${build.state}; only one that succeeded can be deployed`,
    );
  return { ...build, manifest: build.manifest };
}

/** Which build an environment runs of each application, or of one. */
async function runningBuilds(
  db: Kysely<Tables>,
  input: { readonly environment: EnvironmentId; readonly application?: ApplicationId },
): Promise<ReadonlyMap<ApplicationId, BuildId>> {
  const { application } = input;
  const rows = await db
    .selectFrom('targets')
    .select(['applicationId', 'buildId'])
    .where('environmentId', '=', input.environment)
    .$if(application !== undefined, (each) => each.where('applicationId', '=', application ?? ('' as never)))
    .execute();
  return new Map(rows.map((row) => [row.applicationId, row.buildId]));
}

/**
 * Applications that another environment runs in another build, or that are not here at all: of those that whoever composes
 * may see there and deploy here.
 */
async function differing(
  { db, access }: Moment,
  input: NonNullable<Composition['differences']> & { readonly environment: Environment },
): Promise<readonly Choice[]> {
  const from = await findEnvironment(db, input.from);
  if (from.id === input.environment.id) return refuse('invalid-request', 'an environment does not differ from itself');
  const here = await runningBuilds(db, { environment: input.environment.id });
  const rows = await withinScope(db, access.scopeOf('list'))
    .selectFrom('targets')
    .innerJoin('applications', 'applications.id', 'targets.applicationId')
    .leftJoin('teams', 'teams.id', 'applications.teamId')
    .select(['targets.applicationId', 'targets.buildId', 'applications.name'])
    .where('targets.environmentId', '=', from.id)
    .$if(input.team !== undefined, (each) => each.where('teams.name', '=', input.team ?? ''))
    .orderBy('applications.name')
    .execute();
  const deployable = await visibleApplications(db, {
    scope: access.scopeOf('deploy'),
    environment: input.environment.id,
    applications: rows.map((row) => row.applicationId),
  });
  return rows
    .filter((row) => deployable.has(row.applicationId))
    .filter((row) => here.get(row.applicationId) !== row.buildId)
    .filter((row) => matches(row.name, input.names ?? '*'))
    .map((row) => ({
      application: row.applicationId,
      name: row.name,
      kind: 'deploy',
      build: row.buildId,
      given: [],
      tag: null,
      earlierSettings: null,
    }));
}

/** Whether a name is like a pattern in which `*` stands for anything; compared part by part, in linear time. */
function matches(name: string, pattern: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return name === pattern;
  const last = rest.at(-1) ?? '';
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of rest.slice(0, -1)) {
    const found = name.indexOf(part, at);
    if (found < 0 || found + part.length > name.length - last.length) return false;
    at = found + part.length;
  }
  return true;
}

async function resolveSource(
  db: Kysely<Tables>,
  input: {
    readonly source: z.output<typeof deploySource>;
    readonly application: Application;
    readonly environment: EnvironmentId;
  },
): Promise<BuildId> {
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
      return previousBuild(db, { application, environment: input.environment });
    case 'tag':
      return source.build ?? latestBuild(db, application);
    case 'latest':
      return latestBuild(db, application);
  }
}

async function latestBuild(db: Kysely<Tables>, application: Application): Promise<BuildId> {
  const latest = await db
    .selectFrom('builds')
    .select('id')
    .where('applicationId', '=', application.id)
    .where('state', '=', 'succeeded')
    // A hotfix is newer than what it lacks: it is deployed by name.
    .where((where) =>
      where.not(
        where.exists(
          where.selectFrom('hotfixBuilds').select('buildId').whereRef('hotfixBuilds.buildId', '=', 'builds.id'),
        ),
      ),
    )
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
  return latest?.id ?? refuse('nothing-to-do', `${application.name} has no build that succeeded`);
}

/** The build that ran before the present one came, by the history of the environment. */
async function previousBuild(
  db: Kysely<Tables>,
  input: { readonly application: Application; readonly environment: EnvironmentId },
): Promise<BuildId> {
  const entry = await db
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
