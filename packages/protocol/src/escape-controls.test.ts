import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeControls } from './escape-controls.ts';

const harmful = /[^\P{Cc}\t]|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

describe('control characters in a text of others', () => {
  it.each([
    ['plain ä 漢 🙂\tand\nlines', 'plain ä 漢 🙂\tand\nlines'],
    ['\u001b[31mred', '\\u001b[31mred'],
    ['\u009b31mC1\u0085x', '\\u009b31mC1\\u0085x'],
    ['a\rb\u007f', 'a\\u000db\\u007f'],
    ['a\u2028b\u202ec', 'a\\u2028b\\u202ec'],
  ])('%j stand as %j', (text, escaped) => {
    expect(escapeControls(text)).toBe(escaped);
  });

  it('are gone whatever it holds, and a document stays the same document', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const line = escapeControls(JSON.stringify({ text }));

        expect([harmful.test(line), (JSON.parse(line) as { text: string }).text === text]).toEqual([false, true]);
      }),
    );
  });
});
