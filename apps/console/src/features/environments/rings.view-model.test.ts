import { describe, expect, it } from 'vitest';
import { draftOf, labelsOf, ringsOf, withRing } from './rings.view-model.ts';

describe('the form for rings', () => {
  it('begins with a canary and the rest, and gives what the server takes', () => {
    const rings = ringsOf(draftOf(null));

    expect(rings.rings.map((each) => each.sites)).toEqual([
      { kind: 'share', percent: 5 },
      { kind: 'share', percent: 100 },
    ]);
    expect(rings.link).toBeNull();
  });

  it('gives back what it was given', () => {
    const [first, ...others] = ringsOf(draftOf(null)).rings;
    if (first === undefined) throw new Error('there is a first ring');
    const given = {
      rings: [{ ...first, sites: { kind: 'labels' as const, labels: { tier: 'canary', land: 'fr' } } }, ...others],
      link: { label: 'line', atOnce: 3 },
    };

    expect(ringsOf(draftOf(given))).toEqual(given);
  });

  it('puts a new ring before the one that takes the rest', () => {
    expect(withRing(draftOf(null)).rings.map((each) => each.name)).toEqual(['canary', 'ring-2', 'rest']);
  });

  it('reads labels as people type them', () => {
    expect(labelsOf(' tier=canary, line=a=b\nplain')).toEqual({ tier: 'canary', line: 'a=b', plain: '' });
  });
});
