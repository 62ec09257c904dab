import { noLimits } from '@almanac/domain';
import type { ApiToken } from '@almanac/protocol';
import { expect, it } from 'vitest';
import { endWords, limitWords, wantedLimits } from './own-tokens.view-model.ts';

const none: ApiToken['limits'] = { capabilities: null, rights: null, environments: null, applications: null };
const environment = '0198c2d4-0000-7000-8000-000000000001' as never;

it.each([
  [none, 'all that you may'],
  [{ ...none, capabilities: ['list', 'deploy'], rights: [] }, 'list, deploy'],
  [{ ...none, environments: [environment] }, 'all in 1 environment'],
  [{ ...none, capabilities: ['list'], applications: [environment, environment] }, 'list for 2 applications'],
  [{ ...none, capabilities: [], rights: ['read-audit'] }, ' and read-audit'],
] as [ApiToken['limits'], string][])('%j reads: %s', (limits, words) => {
  expect(limitWords(limits)).toBe(words);
});

it('a token of the server itself has no day on which it ends', () => {
  expect(endWords(null)).toBe('with the server');
  expect(endWords('2026-07-15T12:00:00.000Z')).toContain('2026');
});

it('a token is limited only where something was chosen', () => {
  expect(wantedLimits({ capabilities: [], environments: [] })).toEqual({});
  expect(wantedLimits({ capabilities: ['list'], environments: [] })).toEqual({
    limits: { capabilities: ['list'], rights: [], environments: null },
  });
  expect(noLimits).toEqual(none);
});
