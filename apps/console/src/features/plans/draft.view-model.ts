import { type Plan, type RolloutStrategy, rolloutStrategy, shortStrategy } from '@almanac/protocol';
import type { PlanContent } from './compose.view-model.ts';
import { sameStrategy } from './strategy-choice.ts';

/** Whether a draft on the server already does what is chosen, as far as that can be seen from the draft. */
export function isDraftOf(plan: Pick<Plan, 'state' | 'operations' | 'release'>, content: PlanContent | null): boolean {
  if (plan.state !== 'draft' || content === null) return false;
  if (content.release !== undefined) return plan.release?.name === content.release;
  if (content.differences !== undefined) return true;
  const chosen = content.operations
    .filter((each) => each.kind !== 'leave')
    .map((each) => `${each.application} ${each.kind}`);
  const there = plan.operations.map((each) => `${each.application.name} ${each.kind}`);
  if (chosen.toSorted().join() !== there.toSorted().join()) return false;
  return plan.operations.every(({ application, rollout }) => {
    const request = content.operations.find((each) => each.application === application.name);
    return sameStrategy(request === undefined ? null : (strategyIn(request) ?? null), rollout);
  });
}

/** The command that composes the same. A build without a version goes by its key. */
export function composeCommand(input: { readonly target: string; readonly content: PlanContent | null }): string {
  const { content } = input;
  if (content === null) return `almanac plan create <application>… --to ${input.target}`;
  const { operations, differences, release } = content;
  const named = (kind: 'configure' | 'remove' | 'leave') =>
    operations.flatMap((each) => (each.kind === kind ? [each.application] : []));
  const option = (name: string, values: readonly string[]) => (values.length === 0 ? [] : [`--${name}`, ...values]);
  return [
    'almanac plan create',
    ...operations.flatMap(deployWords),
    ...(differences === undefined ? [] : differencesWords(differences)),
    ...(release === undefined ? [] : ['--release', release]),
    ...option('tag', operations.flatMap(tagWords)),
    ...option('configure', named('configure')),
    ...option('remove', named('remove')),
    ...option('leave', named('leave')),
    ...option('set', operations.flatMap(settingWords)),
    ...option('rollout', operations.flatMap(rolloutWords)),
    '--to',
    input.target,
  ].join(' ');
}

type Request = PlanContent['operations'][number];

function deployWords(request: Request): readonly string[] {
  if (request.kind !== 'deploy' || request.source.kind === 'tag') return [];
  const { source, application } = request;
  if (source.kind === 'version') return [`${application}@${source.number}`];
  if (source.kind === 'build') return [`${application}@${source.build}`];
  if (source.kind === 'environment') return [`${application}@${source.environment}`];
  return [`${application}@latest`];
}

function tagWords(request: Request): readonly string[] {
  if (request.kind !== 'deploy' || request.source.kind !== 'tag') return [];
  const { number } = request.source;
  return [number === undefined ? request.application : `${request.application}@${number}`];
}

/** Values are never repeated: some are secret. */
function settingWords(request: Request): readonly string[] {
  if (request.kind !== 'deploy' && request.kind !== 'configure') return [];
  return Object.keys(request.settings ?? {}).map((key) => `${request.application}.${key}=<value>`);
}

/** A strategy that has no short form stands in a file. */
function rolloutWords(request: Request): readonly string[] {
  const strategy = strategyIn(request);
  return strategy === undefined ? [] : [`${request.application}=${shortStrategy(strategy) ?? '@rollout.yaml'}`];
}

function strategyIn(request: Request): RolloutStrategy | undefined {
  if ((request.kind !== 'deploy' && request.kind !== 'configure') || request.rollout === undefined) return undefined;
  return rolloutStrategy.parse(request.rollout);
}

function differencesWords(differences: NonNullable<PlanContent['differences']>): readonly string[] {
  return [
    '--from',
    differences.from,
    ...(differences.names === undefined ? [] : ['--names', `'${differences.names}'`]),
    ...(differences.team === undefined ? [] : ['--team', differences.team]),
  ];
}
