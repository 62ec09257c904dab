import { normalTail, normalTailQuantile } from './distributions.ts';

/**
 * How much of the share of false alarms may be used up when a part of the measurements is there: hardly anything early, all
 * at the end. Source: K. Lan, D. DeMets, Discrete sequential boundaries for clinical trials (1983), the function that is
 * like the bounds of O'Brien and Fleming.
 */
export function spentAt(part: number, share: number): number {
  if (part <= 0) return 0;
  if (part >= 1) return share;
  return 2 * normalTail(normalTailQuantile(share / 2) / Math.sqrt(part));
}

/**
 * What one look may use: what was not yet used at the look before. Looks are simply added up (Bonferroni), which holds
 * however they depend on each other; points that tell of each other are not what exact bounds are made for.
 */
export function levelOfLook(input: { readonly part: number; readonly before: number; readonly share: number }): number {
  return spentAt(input.part, input.share) - spentAt(input.before, input.share);
}

/**
 * What part of its level each of several findings may use, so that the family as a whole has no more false alarms than one
 * would: the least likely of m takes 1/m, and as long as findings hold, the next one takes 1/(m-1) and so on.
 * `sizes` are probabilities over their levels. Source: S. Holm, A simple sequentially rejective multiple test procedure (1979).
 */
export function holmParts(sizes: readonly number[]): readonly number[] {
  const order = sizes.map((_, index) => index).sort((a, b) => (sizes[a] ?? 0) - (sizes[b] ?? 0));
  const parts = new Array<number>(sizes.length).fill(0);
  let left = sizes.length;
  for (const index of order) {
    parts[index] = 1 / left;
    if ((sizes[index] ?? 1) <= 1 / left) left -= 1;
  }
  return parts;
}
