import { baselineWeight, isBaseline } from './baseline.ts';
import { isExclusive } from './readiness.ts';
import type { DesiredShare } from './rollout.ts';
import { type Counts, readyCount, type ShareInput } from './share-input.ts';

/** Who takes how much of a module's requests, in per cent; together 100, or nothing where nobody is ready. */
export function weigh(input: ShareInput, counts: Counts): readonly DesiredShare[] {
  const ready = new Map([...counts].map(([each, count]) => [each, Math.min(count, readyCount(input, each))]));
  const weights = steppedWeights(input, ready) ?? heldBack(input, inProportion(ready, 100));
  return [...counts].map(([operation, instances]) => ({ operation, instances, weight: weights.get(operation) ?? 0 }));
}

type Weights = ReadonlyMap<string, number>;

/** What the steps say, as far as somebody is ready to take it. */
function steppedWeights({ coming, settled, steps }: ShareInput, ready: Weights): Weights | undefined {
  if (coming === null || settled === null || steps === null) return undefined;
  if (!coming.module.serves || isExclusive(coming.module) || isExclusive(settled.module)) return undefined;
  const readyOf = (operation: string | null) => (operation === null ? 0 : (ready.get(operation) ?? 0));
  const others = new Map([...ready].filter(([each]) => each !== coming.operation && each !== steps.baseline));
  const old = [...others.values()].some((each) => each > 0);
  const beside = readyOf(steps.baseline) > 0;
  if (readyOf(coming.operation) === 0 && !beside && !old) return undefined;
  const weight = readyOf(coming.operation) === 0 ? 0 : beside || old ? steps.weight : 100;
  const compared = !beside ? 0 : old ? baselineWeight(weight) : 100 - weight;
  return new Map([
    [coming.operation, weight],
    ...(steps.baseline === null ? [] : [[steps.baseline, compared] as const]),
    ...inProportion(others, 100 - weight - compared),
  ]);
}

/** Rounding down leaves a rest, which the first that takes requests carries. */
function inProportion(ready: Weights, whole: number): Map<string, number> {
  const total = [...ready.values()].reduce((sum, each) => sum + each, 0);
  if (total === 0) return new Map();
  const weights = new Map([...ready].map(([each, count]) => [each, Math.floor((whole * count) / total)]));
  const rest = whole - [...weights.values()].reduce((sum, each) => sum + each, 0);
  const first = [...ready].find(([, count]) => count > 0)?.[0] ?? '';
  return weights.set(first, (weights.get(first) ?? 0) + rest);
}

/** On the way back nobody but what runs well gets more requests than before. */
function heldBack({ settled, wayBack }: ShareInput, weights: Map<string, number>): Weights {
  if (wayBack === null || settled === null || (weights.get(settled.operation) ?? 0) === 0) return weights;
  for (const [operation, weight] of weights) {
    if (operation === settled.operation || isBaseline(operation) || weight <= wayBack.weight) continue;
    weights.set(operation, wayBack.weight);
    weights.set(settled.operation, (weights.get(settled.operation) ?? 0) + weight - wayBack.weight);
  }
  return weights;
}
