/** What is known of something that has a level, such as a site that is heard or not. */
export interface Level {
  /** What people were told last. */
  readonly told: string;
  readonly seen: string;
  /** Since when it is seen so, in milliseconds since 1970. */
  readonly seenSince: number;
}

/**
 * Takes what is seen now. A level is told when it differs from what was told and was seen for `patience` milliseconds
 * without a break: what flickers is not told. What was never seen before counts as told to be well.
 */
export function observeLevel(input: {
  readonly known: Level | null;
  readonly seen: string;
  readonly well: string;
  readonly now: number;
  readonly patience: number;
}): { readonly level: Level; readonly tell: boolean } {
  const { seen, now } = input;
  const told = input.known?.told ?? input.well;
  const seenSince = input.known?.seen === seen ? input.known.seenSince : now;
  const tell = seen !== told && now - seenSince >= input.patience;
  return { level: { told: tell ? seen : told, seen, seenSince }, tell };
}
