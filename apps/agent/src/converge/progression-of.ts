import {
  type AnalysisSpec,
  blueGreenProgression,
  canaryProgression,
  type HeaderMatch,
  type Progression,
  type RolloutStep,
} from '@almanac/domain';
import type { DesiredApplication, RolloutStepSpec, RolloutStrategy } from '@almanac/protocol';

type Stepped = Extract<RolloutStrategy, { readonly strategy: 'canary' | 'blue-green' }>;

/** Time in which the last measurement comes in, and an analysis is decided. */
const slackMs = 60_000;

/** The steps of a strategy that has some; null for the others. */
export function progressionOf({ strategy, decides }: DesiredApplication): Progression | null {
  if (strategy.strategy !== 'canary' && strategy.strategy !== 'blue-green') return null;
  const common = {
    reactions: {
      marginal: strategy.onMarginal,
      'insufficient-data': strategy.onInsufficientData,
      error: strategy.onError,
    },
    keepOld: strategy.keepOld * 1000,
    holdLimit: strategy.holdLimit * 1000,
    decides,
  };
  if (strategy.strategy === 'canary') {
    const { analysis } = strategy;
    return canaryProgression({
      ...common,
      steps: strategy.steps.map(stepOf),
      background:
        analysis === undefined
          ? null
          : { from: analysis.from, within: longestMs(analysis), baseline: analysis.baseline },
      dynamicStableScale: strategy.dynamicStableScale,
    });
  }
  return blueGreenProgression({
    ...common,
    previewInstances: strategy.previewInstances ?? null,
    preview: strategy.preview.map(matchOf),
    promoteAfter: strategy.promoteAfter === 'until-resumed' ? null : strategy.promoteAfter * 1000,
    before: strategy.before === undefined ? null : longestMs(strategy.before),
    after: strategy.after === undefined ? null : longestMs(strategy.after),
  });
}

/** What the analysis of a name is of: that of its step, or the one beside the steps. */
export function analysisSpecOf(strategy: RolloutStrategy, name: string): AnalysisSpec | undefined {
  if (strategy.strategy === 'canary')
    return name === 'background' ? strategy.analysis : strategy.steps[indexOfStep(name)]?.analyse;
  return strategy.strategy === 'blue-green' ? blueGreenAnalysis(strategy, indexOfStep(name)) : undefined;
}

/** The analysis before the switch comes before the step that gives all requests, the other one after it. */
function blueGreenAnalysis(strategy: Extract<Stepped, { readonly strategy: 'blue-green' }>, index: number) {
  const before = strategy.before === undefined ? -1 : 2;
  return index === before ? strategy.before : strategy.after;
}

function indexOfStep(name: string): number {
  return Number(name.replace('step-', '')) - 1;
}

function stepOf(step: RolloutStepSpec): RolloutStep {
  if (step.weight !== undefined) return { kind: 'weight', weight: step.weight };
  if (step.scale !== undefined)
    return typeof step.scale === 'number'
      ? { kind: 'scale', instances: step.scale }
      : { kind: 'scale', percent: Number.parseInt(step.scale, 10) };
  if (step.pause !== undefined)
    return { kind: 'pause', duration: step.pause === 'until-resumed' ? null : step.pause * 1000 };
  if (step.analyse !== undefined)
    return { kind: 'analyse', within: longestMs(step.analyse), baseline: step.analyse.baseline };
  if (step.header !== undefined) return { kind: 'header', matches: step.header.map(matchOf) };
  return { kind: 'mirror', percent: step.mirror ?? 0 };
}

function matchOf(match: {
  readonly name: string;
  readonly value: string;
  readonly match: 'equals' | 'prefix';
}): HeaderMatch {
  return match.match === 'equals'
    ? { header: match.name, equals: match.value }
    : { header: match.name, startsWith: match.value };
}

/** After so long an analysis has come to something, with all the data that it may wait for. */
function longestMs(spec: AnalysisSpec): number {
  const seconds = spec.metrics.map(
    (each) => each.initialDelay + ((each.count ?? 0) + each.extension + each.errorsInRow + 1) * each.interval,
  );
  return Math.max(...seconds) * 1000 + slackMs;
}
