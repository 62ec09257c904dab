import { describe, expect, it } from 'vitest';
import { readFailpoint } from './failpoint.ts';

describe('a failpoint', () => {
  it.each([
    ['journal-after-write:kill:3', { name: 'journal-after-write', action: 'kill', count: 3 }],
    ['command-before-commit:error', { name: 'command-before-commit', action: 'error', count: 1 }],
    ['job-after-claim:pause-500:1', { name: 'job-after-claim', action: { pauseMs: 500 }, count: 1 }],
  ])('is read from %s', (text, expected) => {
    expect(readFailpoint(text)).toEqual(expected);
  });

  it.each(['journal:kill', 'journal-after-write:explode', 'journal-after-write:kill:0', 'journal-after-write', ''])(
    'is refused as "%s": it would never fire',
    (text) => {
      expect(() => readFailpoint(text)).toThrow('failpoint');
    },
  );
});
