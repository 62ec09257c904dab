import { nameOf, returnCases } from './return-cases.ts';
import { type Returned, returnFrom, startReturnScene } from './return-to-good.ts';
import { tamperWithOrders } from './tampered-orders.ts';

/** Every case in which a site has to be on the good version by itself, so many rounds of them. */
export async function runReturns(input: {
  readonly rounds: number;
  readonly onResult?: (result: Returned) => void;
}): Promise<readonly Returned[]> {
  const results: Returned[] = [];
  const take = (result: Returned) => {
    results.push(result);
    input.onResult?.(result);
  };
  for (let round = 0; round < input.rounds; round += 1) {
    const scene = await startReturnScene();
    try {
      for (const each of returnCases)
        take(await returnFrom(scene, each).catch((error) => unfinished(nameOf(each), error)));
      await tamperWithOrders(scene, take).catch((error) => take(unfinished('what was changed on its way', error)));
    } finally {
      await scene.remove();
    }
  }
  return results;
}

function unfinished(name: string, error: unknown): Returned {
  const why = error instanceof Error ? error.message : String(error);
  return { name, seconds: null, longestWithout: 0, lost: 0, wrong: [why] };
}
