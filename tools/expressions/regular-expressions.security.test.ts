import { expect, it } from 'vitest';
import { readSources } from '../architecture/modules.ts';
import { findExpressions } from './find-expressions.ts';
import { findSlowText } from './slow-text.ts';

/** What strangers' text reaches: not the tools of a person on the person's own machine. */
const reached = /^(?:apps\/(?:agent|builder|gateway|server)|packages\/(?!testkit))/;
const isTest = /\.(?:test|contract)\.tsx?$|-for-tests\.ts$|\/fuzz\/|\/matrix\//;

/** Slow where a text is long, and no long text comes there. */
const bounded: Readonly<Record<string, string>> = {
  '/^[^\\p{L}]+|[^\\p{L}]+$/gu': 'a password has 200 characters at most',
  '/(Z|[+-]\\d{2}:\\d{2})?\\[.*$/': 'what our own calendar prints',
};

it('no expression of ours that strangers can reach takes more than time in proportion to the text', () => {
  const expressions = new Map(
    readSources()
      .filter(({ path }) => reached.test(path) && !isTest.test(path))
      .flatMap(findExpressions)
      .map((found) => [`/${found.pattern}/${found.flags}`, found]),
  );
  const slow = [...expressions]
    .filter(([written]) => bounded[written] === undefined)
    .flatMap(([written, found]) => {
      const text = findSlowText(found, 8);
      return text === undefined ? [] : [`${found.path}: ${written} on ${JSON.stringify(text)}`];
    });

  expect(expressions.size).toBeGreaterThan(150);
  expect(slow).toEqual([]);
  expect(Object.keys(bounded).filter((each) => !expressions.has(each))).toEqual([]);
});
