import { describe, expect, it } from 'vitest';
import { missingCapabilities, type SiteCapabilities, type SiteNeeds } from './capabilities.ts';

const needs = (given: Partial<SiteNeeds>): SiteNeeds => ({ toolchains: [], connections: [], strategies: [], ...given });

describe('what a site lacks', () => {
  it.each<[string, Partial<SiteNeeds>, SiteCapabilities, readonly string[]]>([
    ['nothing that it has', { toolchains: ['node@26'] }, { toolchains: ['host', 'node@26'] }, []],
    [
      'a toolchain, once however many modules ask for it',
      { toolchains: ['node@20', 'node@20', 'host'] },
      { toolchains: ['host', 'node@26'] },
      ['the toolchain node@20'],
    ],
    ['a database', { connections: ['postgres'] }, { connections: [] }, ["a postgres database of the site's own"]],
    [
      'a strategy that its agent is too old for',
      { strategies: ['canary'] },
      { strategies: ['recreate', 'rolling'] },
      ['an agent that knows the strategy canary'],
    ],
    ['nothing of which nothing was told', { toolchains: ['node@20'], connections: ['postgres'] }, {}, []],
    [
      'several things in the order of their kinds',
      { strategies: ['canary'], toolchains: ['node@20'] },
      { strategies: [], toolchains: [] },
      ['the toolchain node@20', 'an agent that knows the strategy canary'],
    ],
  ])('is %s', (_what, given, offered, expected) => {
    expect(missingCapabilities(needs(given), offered)).toEqual(expected);
  });
});
