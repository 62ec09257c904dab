import { createHash } from 'node:crypto';
import {
  type ApplicationId,
  type Plan as DomainPlan,
  type EnvironmentId,
  type FailurePolicy,
  type Id,
  orderInWaves,
  type PlanContent,
  type PlanOperation,
  type Target,
} from '@almanac/domain';
import type { Finding, Manifest } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import { lostHotfixes } from '#features/hotfixes';
import { pinEarlierSettings, pinSettings } from '#features/settings';
import type { Tables } from '#tables';
import { type Analysed, analysePlan, consumesOf, providesOf } from './analyse.ts';
import type { Choice } from './choice.ts';
import { readTargets } from './targets.ts';

export interface AnalysedContent {
  readonly analysed: PlanContent;
  readonly findings: readonly Finding[];
}

interface Drafted extends Analysed {
  readonly before: Target | null;
  readonly after: Target | null;
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
  const targets = await readTargets(db, environment.id);
  const drafted: Drafted[] = [];
  const faults: Finding[] = [];
  for (const choice of input.choices) {
    const earlier = input.earlier.find((each) => each.application === choice.application)?.after ?? null;
    const { operation, fault } = await draft(db, { choice, environment: environment.id, targets, earlier, newId });
    drafted.push(operation);
    if (fault !== null) faults.push(fault);
  }
  const { findings, neighbours } = await analysePlan(db, {
    environment: environment.id,
    environmentName: environment.name,
    operations: drafted,
  });
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
  const digest = digestOf({
    environment: environment.id,
    failurePolicy: input.failurePolicy,
    operations,
    choices: input.choices,
    neighbourhood: neighbours.map((each) => [each, targets.get(each)] as const),
  });
  const lost = await hotfixFindings(db, { environment: environment.name, operations: drafted });
  return { analysed: { content: digest, operations, neighbours }, findings: [...faults, ...findings, ...lost] };
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
  const common = { application: choice.application, name: choice.name, kind: choice.kind, before };
  const nothing = { ...common, after: null, manifest: null, missing: [], downgrade: null };
  const gone = (detail: string) => ({ operation: nothing, fault: unusable(choice, detail) });
  if (choice.kind === 'remove')
    return before === null ? gone('does not run there any more') : { operation: nothing, fault: null };
  const id = choice.kind === 'configure' ? (before?.build ?? null) : choice.build;
  if (id === null) return gone('does not run there any more');
  const build = await db
    .selectFrom('builds')
    .select(['id', 'number', 'state', 'manifest'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (build === undefined || build.manifest === null || build.state !== 'succeeded')
    return gone('has no such build any more');
  const { manifest } = build;
  const place = { application: choice.application, environment: input.environment, manifest };
  const now = await pinSettings(db, { ...place, given: choice.given });
  const pinned =
    choice.earlierSettings === null ? now : await pinEarlierSettings(db, { ...place, earlier: choice.earlierSettings });
  const same = earlier !== null && earlier.build === build.id && earlier.settingsHash === pinned.hash;
  const after: Target = {
    build: build.id,
    operation: same ? earlier.operation : input.newId<'operation'>(),
    settings: pinned.settings,
    settingsHash: pinned.hash,
    ...(pinned.hash === now.hash ? {} : { earlierSettings: true as const }),
  };
  // The same build with settings of then is no deployment.
  const kind = choice.earlierSettings !== null && before?.build === build.id ? 'configure' : choice.kind;
  const downgrade = await downgradeOf(db, { name: choice.name, before, number: build.number });
  return { operation: { ...common, kind, after, manifest, missing: pinned.missing, downgrade }, fault: null };
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

async function downgradeOf(
  db: Kysely<Tables>,
  input: { readonly name: string; readonly before: Target | null; readonly number: number },
): Promise<string | null> {
  if (input.before === null) return null;
  const running = await db
    .selectFrom('builds')
    .select(['number', 'label'])
    .where('id', '=', input.before.build)
    .executeTakeFirst();
  return running !== undefined && running.number > input.number
    ? `${input.name} goes back from ${running.label} to an earlier build`
    : null;
}

/** Hotfixes that run there now and are not in the build that would take their place. */
async function hotfixFindings(
  db: Kysely<Tables>,
  input: { readonly environment: string; readonly operations: readonly Drafted[] },
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const { application, name, before, after } of input.operations) {
    if (before === null || after === null || before.build === after.build) continue;
    for (const { number, branch } of await lostHotfixes(db, { application, before: before.build, after: after.build }))
      findings.push({
        code: 'hotfix-lost',
        severity: 'warning',
        application: name,
        detail: `${input.environment} runs hotfix ${number} (${branch}) of ${name}, which this build does not contain`,
        fix: `bring ${branch} into the branch of ${name} and deploy what is built then, or say that it may go`,
      });
  }
  return findings;
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

/**
 * Equal for equal content in an equal neighbourhood: the builds and settings of the plan, and what the environment has
 * now of its applications and of those that they depend on or that depend on them. Keys of operations are left out.
 */
function digestOf(input: {
  readonly environment: EnvironmentId;
  readonly failurePolicy: FailurePolicy;
  readonly operations: DomainPlan['operations'];
  readonly choices: readonly Choice[];
  readonly neighbourhood: readonly (readonly [ApplicationId, Target | undefined])[];
}): string {
  const short = (target: Target | null | undefined) => (target == null ? null : [target.build, target.settingsHash]);
  const facts = [
    input.environment,
    input.failurePolicy,
    input.operations
      .map((each) => [each.application, each.kind, each.wave, short(each.before), short(each.after)])
      .toSorted(byKey),
    input.choices.map((each) => [each.application, each.given, each.tag]).toSorted(byKey),
    input.neighbourhood.map(([application, target]) => [application, short(target)]).toSorted(byKey),
  ];
  return `sha256:${createHash('sha256').update(JSON.stringify(facts)).digest('hex')}`;
}

function byKey([a]: readonly unknown[], [b]: readonly unknown[]): number {
  return String(a) < String(b) ? -1 : 1;
}
