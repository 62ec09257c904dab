/** A generation of the master key: what the database knows of it. The key itself is kept outside. */
export interface MasterKeyGeneration {
  readonly number: number;
  /**
   * `current` wraps whatever comes; `coming` is getting its copies of the wrapping keys; `going` is read by whoever started
   * with it, until its copies are removed.
   */
  readonly state: 'coming' | 'current' | 'going';
  /** Wrapping keys that have no copy under this generation. */
  readonly unwrapped: number;
}

export interface RotationFacts {
  readonly generations: readonly MasterKeyGeneration[];
  /** Which generation the key at its usual place is; null for none of them. */
  readonly usual: number | null;
  /** The key that comes next: absent until it was made, `unknown` until the database has heard of it. */
  readonly next: 'absent' | 'unknown' | number;
  /** Whether the next key takes the place of the usual one by itself, as a file does. */
  readonly replaces: boolean;
}

export type RotationStep =
  | { readonly kind: 'make-key' }
  | { readonly kind: 'announce' }
  | { readonly kind: 'wrap'; readonly generation: number }
  | { readonly kind: 'switch'; readonly generation: number }
  /** Its key is not at hand any more, and nobody needs it yet: it is forgotten, and another one takes its place. */
  | { readonly kind: 'give-up'; readonly generation: number }
  | { readonly kind: 'put-in-place' }
  | { readonly kind: 'retire'; readonly generation: number }
  /** The operator puts the next key where the server reads its key, then rotates again to finish. */
  | { readonly kind: 'wait-for-operator' }
  | { readonly kind: 'done' };

/**
 * What comes next in the rotation of the master key. Each step is durable before the following one is planned, from what is
 * there, so a rotation that was cut off anywhere goes on where it was. At every moment each key that somebody may start with
 * opens all wrapping keys: copies of the old generation go last.
 *
 * @param last what this run did before: one that retired a generation is done, and does not begin another rotation
 */
export function planRotation(facts: RotationFacts, last: RotationStep['kind'] | null): RotationStep {
  const inState = (state: MasterKeyGeneration['state']) => facts.generations.find((each) => each.state === state);
  const coming = inState('coming');
  const current = inState('current');
  const going = inState('going');
  if (coming !== undefined) {
    if (facts.next !== coming.number) return { kind: 'give-up', generation: coming.number };
    if (coming.unwrapped > 0) return { kind: 'wrap', generation: coming.number };
    return { kind: 'switch', generation: coming.number };
  }
  if (going !== undefined) {
    if (facts.usual === current?.number) return { kind: 'retire', generation: going.number };
    return facts.replaces && facts.next === current?.number ? { kind: 'put-in-place' } : { kind: 'wait-for-operator' };
  }
  if (last === 'retire') return { kind: 'done' };
  return facts.next === 'absent' ? { kind: 'make-key' } : { kind: 'announce' };
}
