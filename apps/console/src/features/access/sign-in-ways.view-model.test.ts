import { describe, expect, it } from 'vitest';
import { chosenWay, formWays, ownWay, redirectsOf } from './sign-in-ways.view-model.ts';

const corp = { name: 'corp', displayName: 'Corp', manner: 'form' } as const;
const acme = { name: 'acme', displayName: 'Acme', manner: 'redirect' } as const;

describe('the ways to sign in', () => {
  it('are a password of Almanac alone where there is no directory', () => {
    expect(formWays([acme])).toEqual([ownWay]);
    expect(redirectsOf([acme, corp])).toEqual([acme]);
  });

  it('begin with the directory, and never leave out passwords of Almanac', () => {
    expect(formWays([acme, corp]).map((each) => each.label)).toEqual(['Corp', 'Almanac']);
  });

  it.each([
    [null, 'Corp'],
    [':own', 'Almanac'],
    ['corp', 'Corp'],
    ['gone', 'Corp'],
  ])('with %s chosen is %s', (chosen, label) => {
    expect(chosenWay(formWays([corp]), chosen).label).toBe(label);
  });
});
