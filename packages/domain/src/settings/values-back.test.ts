import { describe, expect, it } from 'vitest';
import { type PlacedValue, valuesBack } from './values-back.ts';

const value = (key: string, text: string, more: Partial<PlacedValue> = {}): PlacedValue => ({
  key,
  level: 'environment',
  selector: '',
  secret: false,
  value: text,
  ...more,
});

describe('the way back to values of then', () => {
  it.each<[string, readonly PlacedValue[], readonly PlacedValue[], readonly object[]]>([
    ['nothing where they are the same', [value('A', '1')], [value('A', '1')], []],
    ['a value that is another one', [value('A', '2')], [value('A', '1')], [{ key: 'A', before: '2', after: '1' }]],
    ['one that was not set then', [value('A', '2')], [], [{ key: 'A', before: '2', after: null }]],
    ['one that was taken away since', [], [value('A', '1')], [{ key: 'A', before: null, after: '1' }]],
    [
      'each place for itself',
      [value('A', '1'), value('A', '3', { level: 'site', selector: 'berlin' })],
      [value('A', '1'), value('A', '2', { level: 'site', selector: 'berlin' })],
      [{ key: 'A', level: 'site', selector: 'berlin', before: '3', after: '2' }],
    ],
    [
      'what became a secret since, or stopped being one',
      [value('A', 'envelope', { secret: true })],
      [value('A', '1')],
      [{ key: 'A', secret: false, before: 'envelope', after: '1' }],
    ],
  ])('is %s', (_what, now, then, expected) => {
    expect(valuesBack(now, then)).toMatchObject(expected);
    expect(valuesBack(now, then)).toHaveLength(expected.length);
  });
});
