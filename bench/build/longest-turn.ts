/** When a build was asked for and when it began, in milliseconds since the epoch. */
export interface Turn {
  readonly application: string;
  readonly asked: number;
  readonly began: number;
}

/** How many builds of the busy application began, at most, while one build of another was next in its queue. */
export function longestTurn(input: {
  readonly turns: readonly Turn[];
  readonly busy: string;
  readonly waiting: string;
}): number {
  const own = input.turns.filter((each) => each.application === input.waiting).toSorted((a, b) => a.began - b.began);
  const busy = input.turns.filter((each) => each.application === input.busy);
  const during = own.map(({ asked, began }, index) => {
    const since = Math.max(asked, own[index - 1]?.began ?? 0);
    return busy.filter((each) => each.began > since && each.began < began).length;
  });
  return Math.max(0, ...during);
}
