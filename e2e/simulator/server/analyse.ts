import {
  type ApplicationId,
  analyseImpact,
  type BuildId,
  type Change,
  contentFacts,
  type EnvironmentId,
  type FailurePolicy,
  findingKey,
  isSameTarget,
  orderInWaves,
  type PlanContent,
  type PlanOperation,
  type Target,
} from '@almanac/domain';
import type { Subject } from '@almanac/domain/governance';
import { type Choice, placeKey, type Tables, targetsIn } from '../database/tables.ts';
import { isCompatible } from '../estate/draw-build.ts';
import type { World } from '../world.ts';

type Found = Subject['findings'][number];

export interface Analysed {
  readonly content: PlanContent;
  readonly findings: readonly Found[];
}

interface Drafted {
  readonly choice: Choice;
  readonly before: Target | null;
  readonly after: Target | null;
  readonly fault: Found | null;
}

/** What a plan would be if it began now, as the server's `analyseContent` puts it together of decisions of the domain. */
export function analyse(
  world: Pick<World, 'estate' | 'newId'>,
  tables: Tables,
  given: {
    readonly environment: EnvironmentId;
    readonly choices: readonly Choice[];
    readonly failurePolicy: FailurePolicy;
    readonly earlier: readonly PlanOperation[];
  },
): Analysed {
  const targets = targetsIn(tables, given.environment);
  const drafted = given.choices.map((choice) => draft(world, tables, { ...given, choice, targets }));
  const { findings, neighbours } = lookAround(tables, { drafted, targets });
  const waves = orderInWaves(drafted.map((each) => waveMember(tables, each)));
  const operations = drafted.map((each): PlanOperation => {
    const { application, kind } = each.choice;
    const earlier = given.earlier.find((operation) => operation.application === application);
    return {
      id: earlier?.id ?? world.newId('operation'),
      application,
      applicationName: nameOf(world, application),
      kind,
      wave: waves.get(application) ?? 0,
      before: each.before,
      after: each.after,
      state: 'pending',
      fleet: null,
      message: null,
      startedAt: null,
      endedAt: null,
    };
  });
  const content = contentFacts({
    environment: given.environment,
    failurePolicy: given.failurePolicy,
    choices: given.choices.map((each) => [each.application]),
    operations,
    neighbourhood: neighbours.map((each) => [each, targets.get(each)] as const),
  });
  const faults = drafted.flatMap((each) => each.fault ?? []);
  return { content: { content, operations, neighbours }, findings: [...faults, ...findings] };
}

function draft(
  world: Pick<World, 'estate' | 'newId'>,
  tables: Tables,
  given: {
    readonly environment: EnvironmentId;
    readonly choice: Choice;
    readonly earlier: readonly PlanOperation[];
    readonly targets: ReadonlyMap<ApplicationId, Target>;
  },
): Drafted {
  const { choice } = given;
  const before = given.targets.get(choice.application) ?? null;
  const build = choice.kind === 'configure' ? (before?.build ?? null) : choice.build;
  const gone = {
    code: 'build-unusable',
    severity: 'error',
    application: nameOf(world, choice.application),
    detail: `${nameOf(world, choice.application)} does not run there any more`,
    fix: null,
  } as const;
  if (choice.kind === 'remove') return { choice, before, after: null, fault: before === null ? gone : null };
  if (build === null) return { choice, before, after: null, fault: gone };
  const settingsHash = String(tables.settings.get(placeKey(given.environment, choice.application)) ?? 0);
  const earlier = given.earlier.find((each) => each.application === choice.application)?.after ?? null;
  const operation = isSameTarget(earlier, { build, settingsHash }) ? earlier.operation : world.newId('operation');
  return { choice, before, after: { build, operation, settings: {}, settingsHash }, fault: null };
}

function lookAround(
  tables: Tables,
  given: { readonly drafted: readonly Drafted[]; readonly targets: ReadonlyMap<ApplicationId, Target> },
): { readonly findings: readonly Found[]; readonly neighbours: readonly ApplicationId[] } {
  const changes = given.drafted.flatMap(({ choice, after, fault }): readonly Change[] => {
    const { application, kind } = choice;
    if (fault !== null) return [];
    if (kind === 'deploy' && after !== null) return [{ kind, application, build: after.build }];
    return kind === 'deploy' ? [] : [{ kind, application }];
  });
  const installed = new Map([...given.targets].map(([application, target]) => [application, target.build]));
  const used = new Set<BuildId>([...installed.values(), ...changes.flatMap((each) => buildOf(each) ?? [])]);
  const builds = [...used].flatMap((each) => tables.builds.get(each) ?? []);
  const { findings, neighbourhood } = analyseImpact({ installed, changes, builds, compatible: isCompatible });
  return {
    findings: findings.map((each) => ({
      code: each.code,
      severity: each.severity,
      application: each.application.replace('application-', ''),
      detail: `${each.code} ${each.contract ?? ''}`,
      fix: null,
    })),
    neighbours: [...neighbourhood.applications.keys()],
  };
}

function buildOf(change: Change): BuildId | undefined {
  return change.kind === 'deploy' ? change.build : undefined;
}

function waveMember(tables: Tables, { choice, after }: Drafted) {
  const build = after === null ? undefined : tables.builds.get(after.build);
  return {
    application: choice.application,
    removed: choice.kind === 'remove',
    provides: build?.provides.map((each) => each.contract) ?? [],
    consumes: build?.consumes.map((each) => each.contract) ?? [],
  };
}

export function nameOf({ estate }: Pick<World, 'estate'>, application: ApplicationId): string {
  return estate.applications.find((each) => each.id === application)?.name ?? application;
}

/** Keys of findings that only somebody who says that they are wanted lets pass. */
export function errorsOf(findings: readonly Found[]): readonly string[] {
  return findings.filter((each) => each.severity === 'error').map(findingKey);
}
