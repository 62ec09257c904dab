/** A value that somebody set, at its place; a secret is in its envelope. */
export interface PlacedValue {
  readonly key: string;
  readonly level: 'environment' | 'label' | 'site';
  readonly selector: string;
  readonly secret: boolean;
  readonly value: string;
}

/** What becomes of the value at one place: null is none. */
export interface ValueBack extends Omit<PlacedValue, 'value'> {
  /** What is set now, and must be still when it is set back. */
  readonly before: string | null;
  readonly after: string | null;
}

/** What must be set, and what taken away, so that the values are again those of then; in the order of their places. */
export function valuesBack(now: readonly PlacedValue[], then: readonly PlacedValue[]): readonly ValueBack[] {
  const present = new Map(now.map((each) => [placeOf(each), each]));
  const wanted = new Map(then.map((each) => [placeOf(each), each]));
  return [...new Set([...present.keys(), ...wanted.keys()])].toSorted().flatMap((place) => {
    const [before, after] = [present.get(place), wanted.get(place)];
    const known = after ?? before;
    if (known === undefined || (before?.value === after?.value && before?.secret === after?.secret)) return [];
    const { key, level, selector, secret } = known;
    return [{ key, level, selector, secret, before: before?.value ?? null, after: after?.value ?? null }];
  });
}

function placeOf({ key, level, selector }: Omit<PlacedValue, 'value' | 'secret'>): string {
  return JSON.stringify([key, level, selector]);
}
