import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import {
  type ApplicationId,
  canonicalText,
  contentFacts,
  type EnvironmentId,
  type FailurePolicy,
  type Id,
  isSameTarget,
  orderInWaves,
  type PlanContent,
  type PlanOperation,
  type Target,
} from '@almanac/domain';
import type { Finding, Manifest } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import { type Considered, findImpact } from '#features/impact';
import { type PinnedForSites, pinEarlierSettings, pinSettings } from '#features/settings';
import type { Tables } from '#tables';
import type { Choice } from './choice.ts';
import { readTargets } from './targets.ts';
import { valueFindings } from './value-findings.ts';

export interface AnalysedContent {
  readonly analysed: PlanContent;
  readonly findings: readonly Finding[];
}

/** One operation before its wave is known. */
interface Drafted {
  readonly application: ApplicationId;
  readonly name: string;
  readonly kind: Choice['kind'];
  readonly before: Target | null;
  /** What it becomes; null when the application is taken out, or no usable build is named. */
  readonly after: Target | null;
  readonly manifest: Manifest | null;
  readonly missing: PinnedForSites['missing'];
  readonly rollout: Choice['rollout'];
}

/**
 * What a plan would be if it began now: its settings resolved, its effects found, and all of it under one digest, so that
 * whoever looks again knows whether anything moved. Operations keep their keys as long as they ask for the same.
 */
export async function analyseContent(
  db: Kysely<Tables>,
  input: {
    readonly environment: { readonly id: EnvironmentId; readonly name: string };
    readonly choices: readonly Choice[];
    readonly failurePolicy: FailurePolicy;
    readonly earlier: readonly PlanOperation[];
    readonly newId: <Kind extends string>() => Id<Kind>;
  },
): Promise<AnalysedContent> {
  const { environment, newId } = input;
  const targets = await readTargets(db, {
    environment: environment.id,
    applications: input.choices.map((each) => each.application),
  });
  const drafted: Drafted[] = [];
  const faults: Finding[] = [];
  for (const choice of input.choices) {
    const earlier = input.earlier.find((each) => each.application === choice.application)?.after ?? null;
    const { operation, fault } = await draft(db, { choice, environment: environment.id, targets, earlier, newId });
    drafted.push(operation);
    if (fault !== null) faults.push(fault);
    faults.push(...(await valueFindings(db, { environment: environment.id, choice })));
  }
  const { findings, neighbours } = await findImpact(db, { environment, operations: drafted.map(considered) });
  const around = await readTargets(db, { environment: environment.id, applications: neighbours });
  const waves = orderInWaves(drafted.map(toWaveMember));
  const operations = drafted.map((each): PlanOperation => {
    const earlier = input.earlier.find(({ application }) => application === each.application);
    return {
      id: earlier?.id ?? newId<'operation'>(),
      application: each.application,
      applicationName: each.name,
      kind: each.kind,
      wave: waves.get(each.application) ?? 0,
      before: each.before,
      after: each.after,
      state: 'pending',
      fleet: null,
      message: null,
      startedAt: null,
      endedAt: null,
    };
  });
  const facts = contentFacts({
    environment: environment.id,
    failurePolicy: input.failurePolicy,
    operations,
    choices: input.choices.map(wordsOf),
    neighbourhood: neighbours.map((each) => [each, around.get(each)] as const),
  });
  const content = `sha256:${createHash('sha256').update(facts).digest('hex')}`;
  return { analysed: { content, operations, neighbours }, findings: [...faults, ...findings] };
}

function considered({ application, kind, before, after, manifest, missing, rollout }: Drafted): Considered {
  return {
    change:
      kind === 'deploy' && after !== null
        ? { kind, application, build: after.build }
        : { kind: kind === 'remove' ? kind : 'configure', application },
    before: before?.build ?? null,
    after:
      after === null || manifest === null
        ? null
        : {
            build: after.build,
            manifest,
            pinned: { settings: after.settings, hash: after.settingsHash, missing },
            rollout,
          },
  };
}

async function draft(
  db: Kysely<Tables>,
  input: {
    readonly choice: Choice;
    readonly environment: EnvironmentId;
    readonly targets: ReadonlyMap<ApplicationId, Target>;
    readonly earlier: Target | null;
    readonly newId: <Kind extends string>() => Id<Kind>;
  },
): Promise<{ readonly operation: Drafted; readonly fault: Finding | null }> {
  const { choice, earlier } = input;
  const before = input.targets.get(choice.application) ?? null;
  const common = {
    application: choice.application,
    name: choice.name,
    kind: choice.kind,
    before,
    rollout: choice.rollout,
  };
  const nothing = { ...common, after: null, manifest: null, missing: [] };
  const gone = (detail: string) => ({ operation: nothing, fault: unusable(choice, detail) });
  if (choice.kind === 'remove')
    return before === null ? gone('does not run there any more') : { operation: nothing, fault: null };
  const id = choice.kind === 'configure' ? (before?.build ?? null) : choice.build;
  if (id === null) return gone('does not run there any more');
  const build = await db
    .selectFrom('builds')
    .select(['id', 'state', 'manifest'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (build === undefined || build.manifest === null || build.state !== 'succeeded')
    return gone('has no such build any more');
  const { manifest } = build;
  const place = { application: choice.application, environment: input.environment, manifest };
  const now = await pinSettings(db, { ...place, given: choice.given, back: choice.valuesBack });
  const pinned =
    choice.earlierSettings === null ? now : await pinEarlierSettings(db, { ...place, earlier: choice.earlierSettings });
  const same =
    isSameTarget(earlier, { build: build.id, settingsHash: pinned.hash }) &&
    isDeepStrictEqual(earlier.rollout, choice.rollout);
  const after: Target = {
    build: build.id,
    operation: same ? earlier.operation : input.newId<'operation'>(),
    settings: pinned.settings,
    settingsHash: pinned.hash,
    ...(pinned.hash === now.hash ? {} : { earlierSettings: true as const }),
    ...(choice.rollout === undefined ? {} : { rollout: choice.rollout }),
  };
  // The same build with settings of then is no deployment.
  const kind = choice.earlierSettings !== null && before?.build === build.id ? 'configure' : choice.kind;
  const { missing } = pinned;
  return { operation: { ...common, kind, after, manifest, missing }, fault: null };
}

function unusable(choice: Choice, words: string): Finding {
  return {
    code: 'build-unusable',
    severity: 'error',
    application: choice.name,
    detail: `${choice.name} ${words}`,
    fix: 'take it out of the plan, or choose another build',
  };
}

function toWaveMember({ application, kind, manifest }: Drafted) {
  const modules = Object.values(manifest?.modules ?? {});
  return {
    application,
    removed: kind === 'remove',
    provides: modules.flatMap((module) => Object.keys(module.provides)),
    consumes: modules.flatMap((module) => Object.keys(module.consumes)),
  };
}

/** What was chosen, whatever order the database keeps its parts in. */
function wordsOf({ application, given, tag, valuesBack = [], rollout }: Choice): readonly unknown[] {
  return [
    application,
    given.map(({ key, secret, value }) => [key, secret, value]),
    tag === null ? null : [tag.number, tag.notes],
    ...(rollout === undefined ? [] : [canonicalText(rollout)]),
    ...valuesBack.map(({ key, level, selector, before, after }) => [key, level, selector, before, after]),
  ];
}
