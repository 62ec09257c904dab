/** For a table of transitions: every state that can be come to from one, by any number of steps, itself included. */
export function reachableIn<State extends string>(
  transitions: Readonly<Record<State, readonly State[]>>,
): (from: State) => ReadonlySet<State> {
  const known = new Map<State, ReadonlySet<State>>();
  return (from) => {
    const found = known.get(from) ?? walk(transitions, from);
    known.set(from, found);
    return found;
  };
}

function walk<State extends string>(
  transitions: Readonly<Record<State, readonly State[]>>,
  from: State,
): ReadonlySet<State> {
  const found = new Set<State>([from]);
  for (const state of found) for (const next of transitions[state]) found.add(next);
  return found;
}
