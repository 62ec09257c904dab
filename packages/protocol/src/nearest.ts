/**
 * The known word that was probably meant by another one, whatever the case of their letters; undefined when none is near.
 *
 * @param farthest So many letters may differ.
 */
export function nearestOf(
  word: string,
  given: { readonly known: readonly string[]; readonly farthest: number },
): string | undefined {
  const ranked = given.known.map((each) => ({ each, distance: editDistance(word.toLowerCase(), each.toLowerCase()) }));
  ranked.sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best !== undefined && best.distance <= given.farthest ? best.each : undefined;
}

/** Levenshtein distance: the least number of single-character changes between two words. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, substitution));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
