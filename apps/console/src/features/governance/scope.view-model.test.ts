import type { PolicyScope } from '@almanac/domain';
import { describe, expect, it } from 'vitest';
import { anEnvironment } from '../plans/plans-for-tests.ts';
import { scopeChoices, scopeKey, scopeOf, scopeOfKey, scopeOptions, scopeTitle, searchOf } from './scope.view-model.ts';

const quality = anEnvironment('quality');
const production = anEnvironment('production', { promotesFrom: quality });

describe('where something holds', () => {
  it.each<[PolicyScope, string]>([
    [{ kind: 'estate' }, '--estate'],
    [{ kind: 'environment', environment: 'quality' }, 'quality'],
    [{ kind: 'path', environment: 'quality' }, 'quality --path'],
  ])('%j is the same in an address, in a list of choices, and as the command %s', (scope, command) => {
    expect(scopeOf(searchOf(scope))).toEqual(scope);
    expect(scopeOfKey(scopeKey(scope))).toEqual(scope);
    expect(scopeOptions(scope)).toBe(command);
  });

  it('is an environment by itself, and a path where something comes after it', () => {
    expect(scopeChoices([quality, production]).map((each) => each.label)).toEqual([
      'Everywhere',
      'Quality',
      'Quality and what comes after it',
      'Production',
    ]);
    expect(scopeTitle({ kind: 'environment', environment: 'production' }, [quality, production])).toBe('Production');
  });

  it('is everywhere where an address names no environment', () => {
    expect(scopeOf({ scope: 'path' })).toEqual({ kind: 'estate' });
  });
});
