import { instanceCounts } from './instance-counts.ts';
import { weigh } from './request-weights.ts';
import type { DesiredModuleShares, DesiredShare } from './rollout.ts';
import { readyCount, type ShareInput, type Side } from './share-input.ts';

/** How many instances of which operation a module should have now, and who takes its requests. */
export function moduleShares(input: ShareInput): DesiredModuleShares {
  const { settled, coming, warm } = input;
  const shares = keepWarm(weigh(input, instanceCounts(input)), warm);
  const serves = (coming ?? settled)?.module.serves === true;
  const served = shares.some((each) => each.weight > 0);
  return {
    module: input.module,
    shares,
    hold: serves && !served && !input.leaving,
    preview: previewOf(input),
  };
}

/** What is kept warm has its instances, and no requests by that. */
function keepWarm(shares: readonly DesiredShare[], warm: Side | null): readonly DesiredShare[] {
  if (warm === null) return shares;
  const { operation, module } = warm;
  const share = shares.find((each) => each.operation === operation) ?? { operation, instances: 0, weight: 0 };
  const kept = { ...share, instances: Math.max(share.instances, module.instances) };
  return [...shares.filter((each) => each.operation !== operation), kept];
}

function previewOf(input: ShareInput): DesiredModuleShares['preview'] {
  const { coming, steps } = input;
  if (coming === null || steps === null || !coming.module.serves) return null;
  const { matches, mirror } = steps.reached;
  if (matches.length === 0 && mirror === 0) return null;
  return readyCount(input, coming.operation) === 0 ? null : { operation: coming.operation, matches, mirror };
}
