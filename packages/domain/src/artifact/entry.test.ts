import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diskKey, faultOfEntryName, linkStaysInside } from './entry.ts';

describe('a name in an artifact', () => {
  it.each([
    ['a/b c/ä.js', undefined],
    ['./a//b/', undefined],
    ['', undefined],
    ['x'.repeat(1024), undefined],
    ['x'.repeat(1025), /longer than 1024/],
    ['a\\..\\b', /backslash/],
    ['a\0b', /zero byte/],
    ['/', /leads out/],
    ['/etc/passwd', /leads out/],
    ['..', /leads out/],
    ['a/../../b', /leads out/],
    ['a/../b', undefined],
  ])('%.40j is judged: %s', (name, expected) => {
    const fault = faultOfEntryName(name);

    if (expected === undefined) expect(fault).toBeUndefined();
    else expect(fault).toMatch(expected);
  });

  it.each([
    ['Link', 'lINK'],
    ['caf\u00e9', 'cafe\u0301'],
    ['stra\u00dfe', 'STRASSE'],
    ['\u212a', 'k'],
    ['\u017f', 's'],
  ])('%j is the same as %j on some disks', (one, other) => {
    expect(diskKey(one)).toBe(diskKey(other));
  });
});

describe('a link in an artifact', () => {
  it.each([
    ['a', 'b', true],
    ['a', './b/c', true],
    ['deep/er/a', '../../b', true],
    ['deep/er/a', '../..', true],
    ['node_modules/.bin/vite', '../vite/bin/vite.js', true],
    ['a', '..', false],
    ['a/b', '../..', false],
    ['a', '/etc', false],
    ['a', '', false],
    ['a', 'b\\..\\..\\c', false],
    ['a', 'b\0', false],
    ['a', 'b/../c', false],
    ['a', 'p/q/d/../..', false],
  ])('at %j that leads to %j stays inside: %s', (path, target, expected) => {
    expect(linkStaysInside(path, target)).toBe(expected);
  });

  it('never leads out, whatever links it meets on its way', () => {
    const name = fc.constantFrom('a', 'b', 'c');
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
    const target = fc.array(fc.constantFrom('a', 'b', 'c', '..', '.'), { minLength: 1, maxLength: 5 });
    const drawn = fc.dictionary(
      path,
      target.map((parts) => parts.join('/')),
      { maxKeys: 6 },
    );
    let followed = 0;
    fc.assert(
      fc.property(drawn, (all) => {
        const links = new Map<string, string>();
        for (const [at, to] of Object.entries(all)) {
          // What stands behind a link, or has something behind it, is refused by whoever makes links.
          const clash = [...links.keys()].some((each) => `${at}/`.startsWith(`${each}/`) || each.startsWith(`${at}/`));
          if (!clash && linkStaysInside(at, to)) links.set(at, to);
        }
        for (const at of links.keys()) {
          const place = walk(links, at);
          if (place === 'out') throw new Error(`${at} leads out by ${JSON.stringify([...links])}`);
          followed += 1;
        }
      }),
      { numRuns: 3000 },
    );
    expect(followed).toBeGreaterThan(1000);
  });
});

/** Follows a path as an operating system does. */
function walk(links: ReadonlyMap<string, string>, start: string): string {
  const left = start.split('/');
  const place: string[] = [];
  for (let steps = 0; left.length > 0 && steps < 200; steps += 1) {
    const part = left.shift();
    if (part === undefined || part === '.') continue;
    if (part === '..') {
      if (place.pop() === undefined) return 'out';
      continue;
    }
    const to = links.get([...place, part].join('/'));
    if (to === undefined) place.push(part);
    else left.unshift(...to.split('/'));
  }
  return place.join('/');
}
