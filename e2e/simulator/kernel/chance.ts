import { seededRandom } from '../../seeded-random.ts';

/** Everything that is left to chance in a run; one seed gives the same answers in the same order. */
export interface Chance {
  /** A whole number from `least` to `most`, both included. */
  readonly between: (least: number, most: number) => number;
  readonly happens: (probability: number) => boolean;
  readonly pick: <Item>(items: readonly Item[]) => Item | undefined;
  /** One of several by their weights. */
  readonly weighted: <Item>(items: readonly (readonly [number, Item])[]) => Item | undefined;
}

export function createChance(seed: number): Chance {
  const random = seededRandom(seed);
  return {
    between: (least, most) => least + Math.floor(random() * (most - least + 1)),
    happens: (probability) => random() < probability,
    pick: (items) => items[Math.floor(random() * items.length)],
    weighted: (items) => {
      const total = items.reduce((sum, [weight]) => sum + weight, 0);
      let rest = random() * total;
      for (const [weight, item] of items) {
        rest -= weight;
        if (rest < 0) return item;
      }
      return items.at(-1)?.[1];
    },
  };
}
