/** SHA-256 of a text as `sha256:` and hexadecimal digits. */
export type Hash = (text: string) => string;

/** One text for one content: keys in order, and twelve digits, which is what every machine agrees on. */
export function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === 'number') return Number(part.toPrecision(12));
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}
