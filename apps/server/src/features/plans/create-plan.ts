import {
  actorName,
  type Plan as DomainPlan,
  type EnvironmentId,
  type FailurePolicy,
  openPolicy,
  type PlanCourse,
  type PlanId,
  type PrincipalId,
  type ReleaseId,
} from '@almanac/domain';
import type { Finding, Plan } from '@almanac/protocol';
import { sql } from 'kysely';
import { findEnvironment } from '#features/environments';
import { readGovernance } from '#features/governance';
import { bringsHotfix } from '#features/hotfixes';
import { findRelease } from '#features/releases';
import type { SealGiven } from '#features/settings';
import type { CommandContext } from '#platform/http';
import { analyse } from './analysis-stamp.ts';
import { askForChoices } from './ask-for-choices.ts';
import type { Choice } from './choice.ts';
import { type Composition, compose } from './compose.ts';

export interface CreatePlan extends Omit<Composition, 'release'> {
  readonly environment: string;
  /** Name or key of a release whose versions are to come. */
  readonly release?: string | undefined;
  readonly notes: string;
  /** That of the environment's policy, or to stop, unless given. */
  readonly failurePolicy?: FailurePolicy | undefined;
  readonly origin?: Plan['origin'];
  /** What whoever composes it found out, beside what the analysis finds. */
  readonly findings?: readonly Finding[];
  readonly startAt?: Date | undefined;
  /** Codes of findings that are wanted. Whoever asks for a rollback or a restore wants the step back. */
  readonly confirmed?: readonly string[];
  /** Whether it brings a hotfix, which policy may let pass gates. */
  readonly hotfix?: boolean;
  /** For whom it is made, where that is not whoever acts. */
  readonly causedBy?: PrincipalId | null;
  /** Needed where values of settings come with the plan. */
  readonly seal?: SealGiven;
}

/** Composes a plan: which builds and settings are meant is pinned now, and what they would do is analysed. */
export async function createPlan(context: CommandContext, input: CreatePlan): Promise<PlanId> {
  const environment = await findEnvironment(context.db, input.environment);
  const release = input.release === undefined ? undefined : await findRelease(context.db, input.release);
  const choices = await compose(context, { ...input, release, environment, seal: input.seal });
  return draftPlan(context, {
    ...input,
    environment,
    choices,
    release: release ?? null,
    failurePolicy: input.failurePolicy ?? (await usualFailurePolicy(context, environment.id)),
    origin: input.origin ?? originOf(input.operations),
  });
}

async function usualFailurePolicy(context: CommandContext, environment: EnvironmentId): Promise<FailurePolicy> {
  const { requirements } = await readGovernance(context.db, environment);
  return requirements.failurePolicy ?? 'stop';
}

/** Makes a draft of choices. */
export async function draftPlan(
  context: CommandContext,
  input: Pick<CreatePlan, 'notes' | 'startAt' | 'confirmed' | 'hotfix' | 'findings' | 'causedBy'> & {
    readonly environment: { readonly id: EnvironmentId; readonly name: string };
    readonly choices: readonly Choice[];
    readonly failurePolicy: FailurePolicy;
    /** What it was composed of, where that is a release. */
    readonly release?: { readonly id: ReleaseId | null; readonly name: string } | null;
    readonly origin: Plan['origin'];
  },
): Promise<PlanId> {
  const { db, newId } = context;
  const { environment, choices, origin } = input;
  await askForChoices(context, { environment: environment.id, choices });
  const { analysed, findings, stamp } = await analyse(db, { ...input, earlier: [], newId });
  const id = newId<'plan'>();
  const { rows } = await sql<{ number: number }>`select nextval('plan_numbers')::int as number`.execute(db);
  const number = rows[0]?.number ?? 0;
  const body: DomainPlan = {
    id,
    number,
    environment: environment.id,
    state: 'draft',
    reason: null,
    authors: [actorName(context.actor)],
    startAt: input.startAt?.getTime() ?? null,
    hotfix: input.hotfix ?? (await bringsHotfix(db, { environment: environment.id, builds: buildsOf(choices) })),
    course: plainCourse,
    stagedUntil: null,
    continued: false,
    paused: null,
    failurePolicy: input.failurePolicy,
    ...analysed,
  };
  const wanted = origin === 'rollback' || origin === 'restore' ? ['downgrade'] : [];
  await db
    .insertInto('plans')
    .values({
      id,
      number,
      environmentId: environment.id,
      state: 'draft',
      body: JSON.stringify(body),
      composition: JSON.stringify(choices),
      confirmed: [...new Set([...wanted, ...(input.confirmed ?? [])])],
      applicationIds: choices.map((each) => each.application),
      origin,
      releaseId: input.release?.id ?? null,
      releaseName: input.release?.name ?? null,
      notes: input.notes,
      requestedBy: actorName(context.actor),
      causedBy: context.actor.kind === 'principal' ? context.actor.id : (input.causedBy ?? null),
      findings: JSON.stringify([...findings, ...(input.findings ?? [])]),
      analysisStamp: stamp,
      wakeAt: null,
      createdAt: context.now,
      startedAt: null,
      endedAt: null,
    })
    .execute();
  await context.record({ kind: 'plan-changed', subject: { plan: id, environment: environment.id, state: body.state } });
  return id;
}

function buildsOf(choices: readonly Choice[]) {
  return choices.flatMap((each) => each.build ?? []);
}

/** How a plan is carried out where no policy says otherwise; what policy says is read when the plan begins. */
const plainCourse: PlanCourse = {
  twoStep: openPolicy.twoStep,
  stagedFor: openPolicy.stagedFor * 60_000,
  whileFrozen: openPolicy.whileFrozen,
  parallel: openPolicy.parallel,
  rings: null,
};

function originOf(operations: CreatePlan['operations']): Plan['origin'] {
  const kinds = new Set(operations.map((each) => (each.kind === 'deploy' ? each.source.kind : each.kind)));
  if (kinds.size !== 1) return 'composed';
  if (kinds.has('environment')) return 'promotion';
  return kinds.has('previous') ? 'rollback' : 'composed';
}
