/** Where in the filter of a directory the name stands that somebody typed. */
export const namePlaceholder = '{name}';

/** What may stand around the name in a value: no part of a distinguished name, which has rules of its own for escaping. */
const plainAround = /^[^=,+<>#;"\\(){}*]*$/;

/**
 * Why a filter cannot find people by their names, as far as its placeholders tell; undefined when it can. The name is
 * compared as a value or as a part of one, so that it means the same when it is replaced by `*`, for anybody.
 */
export function userFilterFault(filter: string): string | undefined {
  if (!filter.includes(namePlaceholder))
    return `it does not say where the name goes that somebody types: ${namePlaceholder}`;
  const parts = filter.split(namePlaceholder);
  for (const [at, before] of parts.slice(0, -1).entries()) {
    const after = parts[at + 1] ?? '';
    const [, attribute, leading = ''] = /\(([A-Za-z][\w-]*)=([^()]*)$/.exec(before) ?? [];
    const trailing = /^[^()]*/.exec(after)?.[0] ?? '';
    if (attribute === undefined) return `${namePlaceholder} stands where no value does: (uid=${namePlaceholder})`;
    if (!plainAround.test(leading) || !plainAround.test(trailing))
      return `${namePlaceholder} may not be a part of a distinguished name or a pattern`;
  }
  return undefined;
}

/** The filter that finds one person. */
export function filterForName(filter: string, name: string, escaped: (value: string) => string): string {
  return filter.replaceAll(namePlaceholder, () => escaped(name));
}

/** The filter that everybody passes who has any name: what else it asks for still holds. */
export function filterForAnybody(filter: string): string {
  return filter.replaceAll(namePlaceholder, '*');
}

/** Whether a filter closes every parenthesis that it opens, and ends there; those of values are written as `\28` and `\29`. */
export function isClosedFilter(filter: string): boolean {
  const depths: number[] = [];
  for (const character of filter)
    depths.push((depths.at(-1) ?? 0) + (character === '(' ? 1 : character === ')' ? -1 : 0));
  return depths.at(-1) === 0 && depths.slice(0, -1).every((depth) => depth > 0);
}
