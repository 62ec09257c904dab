import { describe, expect, it } from 'vitest';
import { adviceFor, groupWords, lastHere, peopleWords, syncState } from './directory-sync.view-model.ts';

const now = Date.parse('2026-06-01T12:00:00.000Z');
const token = (given: object = {}) => ({
  id: '0198c2a4-0000-7000-8000-000000000001' as never,
  prefix: 'scim_abcdefg',
  createdAt: '2026-01-01T00:00:00.000Z',
  createdBy: 'ada',
  lastUsedAt: '2026-06-01T11:59:00.000Z' as string | null,
  expiresAt: '2027-01-01T00:00:00.000Z',
  replaced: false,
  ...given,
});

describe('the sync of a directory', () => {
  it.each([
    ['off', []],
    ['on', [token()]],
    ['waits for the provider', [token({ lastUsedAt: null })]],
    ['on', [token({ lastUsedAt: null }), token({ replaced: true })]],
    ['token ends soon', [token({ expiresAt: '2026-06-10T00:00:00.000Z' })]],
    ['ends soon', [token({ replaced: true })]],
  ])('is %s', (word, tokens) => {
    expect(syncState({ tokens }, now).word).toBe(word);
  });

  it('says of a token that it was replaced, or that it is time to replace it', () => {
    expect(adviceFor(token({ replaced: true }), now)).toBe(' (was replaced)');
    expect(adviceFor(token({ expiresAt: '2026-06-10T00:00:00.000Z' }), now)).toBe(' (replace it now)');
    expect(adviceFor(token(), now)).toBe('');
  });

  it('was last used when its newest use was, by whichever token', () => {
    const tokens = [token({ lastUsedAt: null }), token(), token({ lastUsedAt: '2026-05-01T00:00:00.000Z' })];

    expect(lastHere({ tokens })).toBe('2026-06-01T11:59:00.000Z');
    expect(lastHere({ tokens: [] })).toBeNull();
  });

  it.each([
    [{ users: 0, activeUsers: 0 }, 'Nobody yet'],
    [{ users: 3, activeUsers: 3 }, '3, all of them active'],
    [{ users: 3, activeUsers: 1 }, '3, 1 of them active'],
  ])('brought %j: %s', (counts, words) => {
    expect(peopleWords(counts)).toBe(words);
  });

  it.each([
    [{ groups: 0, mappedGroups: 0 }, 'None yet'],
    [{ groups: 2, mappedGroups: 0 }, '2, none of them mapped to a role'],
    [{ groups: 2, mappedGroups: 1 }, '2, 1 of them mapped to a role'],
  ])('brought %j: %s', (counts, words) => {
    expect(groupWords(counts)).toBe(words);
  });
});
