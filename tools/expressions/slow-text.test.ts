import { describe, expect, it } from 'vitest';
import { findExpressions } from './find-expressions.ts';
import { findSlowText } from './slow-text.ts';

describe('an expression that takes more than time in proportion', () => {
  it.each([
    ['^(a+)+$', ''],
    ['^(\\w+\\s?)*$', ''],
    ['\\s*;\\s*charset=[^;]*', ''],
    ['-+$', 'g'],
    ['^[^\\r\\n]*@[^\\r\\n]*@$', ''],
    ['\\[.*$', ''],
    ['(.*)(,.*){3}x', ''],
  ])('/%s/%s is found', (pattern, flags) => {
    expect(findSlowText({ pattern, flags }, 5)).toBeDefined();
  });

  it.each([
    ['^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$', ''],
    ['^[^=]*=[^=]*$', ''],
    ['[a-z0-9]+(?:-[a-z0-9]+)*', 'g'],
  ])('/%s/%s is none', (pattern, flags) => {
    expect(findSlowText({ pattern, flags }, 5)).toBeUndefined();
  });

  it('is read out of a source, with its flags', () => {
    const text = "const a = /x+y/gu; const b = 'no /x/'; f(/[/]/);";

    expect(findExpressions({ path: 'a.ts', text })).toEqual([
      { pattern: 'x+y', flags: 'gu', path: 'a.ts' },
      { pattern: '[/]', flags: '', path: 'a.ts' },
    ]);
  });
});
