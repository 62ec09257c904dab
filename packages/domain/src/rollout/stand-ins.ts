import { baselineOf, isBaseline } from './baseline.ts';
import { isExclusive } from './readiness.ts';
import type { ObservedInstance } from './rollout.ts';
import type { ShareInput } from './share-input.ts';

/**
 * Instances of other versions that serve on for want of what runs well. Usually that is when none of it is ready: somebody is
 * better than nobody, and a baseline, which runs the same, better than anybody. On a way back it is as many as are missing.
 */
export function standIns(
  input: Pick<ShareInput, 'settled' | 'instances' | 'wayBack'> & { readonly module: string },
): readonly ObservedInstance[] {
  const { settled, wayBack, module } = input;
  if (settled === null || isExclusive(settled.module)) return [];
  const own = input.instances.filter((each) => each.module === module && each.state === 'ready');
  const ready = own.filter((each) => each.operation === settled.operation).length;
  const others = own.filter((each) => each.operation !== settled.operation);
  const baselines = others.filter((each) => isBaseline(each.operation));
  if (wayBack !== null && settled.module.serves) {
    const left = others.filter((each) => each.operation === wayBack.operation);
    const beside = baselines.filter((each) => each.operation === baselineOf(wayBack.operation));
    const serving = [...beside, ...left].slice(0, Math.max(0, settled.module.instances - ready));
    if (ready > 0 || serving.length > 0) return serving;
  }
  if (ready > 0) return [];
  return baselines.length > 0 ? baselines : others;
}
