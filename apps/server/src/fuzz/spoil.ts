import fc from 'fast-check';

const long = 'x'.repeat(20_000);
const deep = JSON.parse(`${'['.repeat(2000)}${']'.repeat(2000)}`) as unknown;

/** What nobody sends by mistake, and some send on purpose. */
export const hostile: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  2 ** 53,
  -(2 ** 63),
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\u202e\u2066',
  "'; drop table audit; --",
  '%',
  '\\',
  '../../../etc/passwd',
  '..\\..\\windows',
  '/dev/zero',
  '{{7*7}}',
  '$(id)',
  '`id`',
  '-rf',
  '--upload-pack=id',
  'ext::sh -c id',
  'file:///etc/passwd',
  'http://169.254.169.254/latest/',
  'http://[::1]:1/',
  '<script>alert(1)</script>',
  '=1+1',
  'NaN',
  'undefined',
  '9'.repeat(400),
  '2026-02-30T25:61:61Z',
  '0000-00-00T00:00:00Z',
  'FREQ=SECONDLY;COUNT=999999999',
  long,
  [],
  {},
  [[]],
  [null],
  { toString: 1 },
  JSON.parse('{"__proto__": {"polluted": true}}'),
  { constructor: { prototype: { polluted: true } } },
  { length: 1e9 },
  deep,
];

/** A value with one place of it replaced by something hostile, left out, wrapped, or with something added. */
export function spoil(value: unknown): fc.Arbitrary<unknown> {
  const paths = pathsOf(value).slice(0, 60);
  return fc
    .record({
      path: fc.constantFrom(...paths),
      how: fc.constantFrom('replace', 'replace', 'replace', 'drop', 'wrap', 'add'),
      by: fc.constantFrom(...hostile),
    })
    .map(({ path, how, by }) =>
      change(value, path, (found) => {
        if (how === 'replace') return by;
        if (how === 'wrap') return [found];
        if (how === 'add')
          return typeof found === 'object' && found !== null && !Array.isArray(found)
            ? { ...found, unexpected: by }
            : [found, by];
        return undefined;
      }),
    );
}

type Path = readonly (string | number)[];

function pathsOf(value: unknown, at: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null || at.length > 8) return [at];
  const inner: readonly [string | number, unknown][] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value);
  return [at, ...inner.flatMap(([key, each]) => pathsOf(each, [...at, key]))];
}

function change(value: unknown, path: Path, by: (found: unknown) => unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return by(value);
  if (Array.isArray(value)) return value.map((each, index) => (index === key ? change(each, rest, by) : each));
  return { ...(value as object), [key]: change((value as Record<string, unknown>)[key], rest, by) };
}
