import { describe, expect, it } from 'vitest';
import { decideKeySet, type KeySetQuestion } from './decide-key-set.ts';

const known = { incarnation: 2, number: 3, trusted: ['a', 'b'] };
const offer = (number: number, trusted: readonly string[], incarnation = 2) => ({ incarnation, number, trusted });
const question = (offered: KeySetQuestion['offered'], other: Partial<KeySetQuestion> = {}): KeySetQuestion => ({
  known,
  offered,
  signedBy: ['a'],
  inUse: 'a',
  ...other,
});

describe("a set of the server's keys", () => {
  it.each([
    ['that adds one is taken', question(offer(4, ['a', 'b', 'c'])), 'take'],
    ['that drops one that is not in use is taken', question(offer(4, ['b']), { inUse: 'b' }), 'take'],
    ['is taken while the site goes by nothing', question(offer(4, ['c']), { inUse: null }), 'take'],
    ['of a server that was restored is taken, however low its number', question(offer(1, ['a'], 3)), 'take'],
    ['that the site has is known', question(offer(3, ['b', 'a'])), 'known'],
    ['that nobody signed whom the site trusts', question(offer(4, ['a', 'x']), { signedBy: [] }), /not signed by/],
    ['that is the one before', question(offer(2, ['a'])), /older .*2\.2 after 2\.3/],
    ['of before the server was restored', question(offer(9, ['a', 'b'], 1)), /older .*1\.9 after 2\.3/],
    ['that is another one under the same number', question(offer(3, ['a', 'x'])), /another one/],
    ['that is shorter under the same number', question(offer(3, ['a'])), /another one/],
    ['that drops the key in use', question(offer(4, ['b', 'c'])), /lacked the key a/],
    ['that is empty', question(offer(4, []), { inUse: null }), /was empty/],
  ])('%s', (_name, asked, expected) => {
    const decision = decideKeySet(asked);

    if (typeof expected === 'string') expect(decision).toEqual({ kind: expected });
    else expect(decision).toEqual({ kind: 'refuse', why: expect.stringMatching(expected) });
  });
});
