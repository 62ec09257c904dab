import type { Chunk } from './chunker.ts';

/** A stretch of bytes. */
export interface Span {
  readonly offset: number;
  readonly size: number;
}

/** What one step of a delta gives: bytes that the base has, then bytes that it has not. */
export interface Step {
  readonly copy: Span;
  readonly novel: number;
}

/** How content is put together of another one and of what is new in it. */
export interface DeltaPlan {
  readonly steps: readonly Step[];
  /** What is new, as spans of the target in their order. */
  readonly novel: readonly Span[];
}

/** Compares chunk by chunk: whatever the base has anywhere is copied, neighbours in one go. */
export function planDelta(base: readonly Chunk[], target: readonly Chunk[]): DeltaPlan {
  const places = placesOf(base);
  const steps: Step[] = [];
  const novel: Span[] = [];
  let copy: Span = { offset: 0, size: 0 };
  let fresh = 0;
  let at = 0;
  const flush = () => {
    if (copy.size > 0 || fresh > 0) steps.push({ copy, novel: fresh });
    if (fresh > 0) novel.push({ offset: at - fresh, size: fresh });
    fresh = 0;
  };
  for (const chunk of target) {
    const known = places.get(chunk.key);
    if (known === undefined) fresh += chunk.size;
    else {
      // A chunk may stand at several places; one that goes on where the copy ends costs nothing.
      const next = known.find((place) => place === copy.offset + copy.size);
      if (next !== undefined && fresh === 0 && copy.size > 0) copy = { ...copy, size: copy.size + chunk.size };
      else {
        flush();
        copy = { offset: next ?? (known[0] as number), size: chunk.size };
      }
    }
    at += chunk.size;
  }
  flush();
  return { steps, novel };
}

function placesOf(chunks: readonly Chunk[]): ReadonlyMap<string, readonly number[]> {
  const places = new Map<string, number[]>();
  let at = 0;
  for (const { key, size } of chunks) {
    const known = places.get(key);
    if (known === undefined) places.set(key, [at]);
    else if (known.length < mostPlaces) known.push(at);
    at += size;
  }
  return places;
}

/** Of what repeats endlessly, such as zeros, so many places are looked at. */
const mostPlaces = 16;

/** Around what is left out of a base so much of its surroundings goes with it: matches seldom begin at a chunk. */
const margin = 1024;

/**
 * What of a base is likely to resemble what is new: all that no step copies. Both sides derive it from the steps, so it is
 * not transferred. No more than `most` bytes of it.
 */
export function leftovers(input: {
  readonly steps: readonly Step[];
  readonly baseSize: number;
  readonly most: number;
}): readonly Span[] {
  const copied = input.steps.map((step) => step.copy).filter((each) => each.size > 0);
  const spans: Span[] = [];
  let covered = 0;
  let total = 0;
  const leave = (from: number, to: number) => {
    const previous = spans.at(-1);
    const start = Math.max(from - margin, previous === undefined ? 0 : previous.offset + previous.size);
    const size = Math.min(Math.min(to + margin, input.baseSize) - start, input.most - total);
    if (size <= 0) return;
    spans.push({ offset: start, size });
    total += size;
  };
  for (const { offset, size } of copied.toSorted((one, other) => one.offset - other.offset)) {
    if (offset > covered) leave(covered, offset);
    covered = Math.max(covered, offset + size);
  }
  if (covered < input.baseSize) leave(covered, input.baseSize);
  return spans;
}
