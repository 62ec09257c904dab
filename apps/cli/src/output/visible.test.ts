import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPalette, visible } from './visible.ts';

const palette = createPalette(123_456_789);
const [open, close] = ['\u001b[31m', '\u001b[39m'];

describe('a text of others', () => {
  it.each([
    ['plain ä 漢 🙂\tand\nlines', 'plain ä 漢 🙂\tand\nlines'],
    ['\u001b[31mred\u001b[0m', 'red'],
    ['\u001b]0;title\u0007x', 'x'],
    ['\u001b]8;;https://evil.example\u0007link\u001b]8;;\u0007', 'link'],
    ['\u001b[2J\u001b[1;1Hgone', 'gone'],
    ['\u009b31mC1', 'C1'],
    ['a\u0000b\u0008c\u007f', 'a\\u0000b\\u0008c\\u007f'],
    ['50%\rdone\r\nnext', '50%\ndone\nnext'],
    ['user\u202eexe.txt', 'user\\u202eexe.txt'],
    ['\u001b', '\\u001b'],
  ])('%j is shown as %j', (text, shown) => {
    expect(visible(text)).toEqual(shown);
  });

  it('shows no control character, whatever it holds, and keeps the colours of ours', () => {
    const text = fc.string({ unit: 'binary', maxLength: 20 });
    const piece = fc.constantFrom(
      '\u001b',
      '\u001b[',
      '\u009b',
      '\u001b]',
      '31m',
      ';',
      '\u0007',
      '123456',
      '\u001b[31m',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(text, piece), { maxLength: 8 }), (parts) => {
        const foreign = parts.join('');
        const shown = palette.show(palette.mark(open, foreign, close));

        expect(shown.startsWith(open) && shown.endsWith(close)).toBe(true);
        expect(shown.slice(open.length, -close.length)).not.toMatch(/[^\P{Cc}\t\n]/u);
      }),
    );
  });

  it('stays the same document where it is one', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(JSON.parse(palette.show(JSON.stringify({ text })))).toEqual({ text });
      }),
    );
  });
});
