import { describe, expect, it } from 'vitest';
import { countTests } from './test-report.ts';

const numbers = (xml: string) => {
  const { passed, failed, skipped } = countTests(xml);
  return { passed, failed, skipped };
};

describe('a JUnit report', () => {
  it.each([
    ['one suite', '<testsuite><testcase name="a" time="0.5"/></testsuite>', { passed: 1, failed: 0, skipped: 0 }],
    [
      'suites in suites',
      '<testsuites><testsuite><testsuite><testcase/></testsuite><testcase/></testsuite></testsuites>',
      { passed: 2, failed: 0, skipped: 0 },
    ],
    [
      'every kind of end',
      '<testsuite><testcase><failure/></testcase><testcase><error/></testcase><testcase><skipped/></testcase></testsuite>',
      { passed: 0, failed: 2, skipped: 1 },
    ],
    [
      'a test that was skipped after it failed',
      '<testsuite><testcase><failure/><skipped/></testcase></testsuite>',
      { passed: 0, failed: 1, skipped: 0 },
    ],
    [
      'totals that lie',
      '<testsuite tests="90" failures="0"><testcase><failure/></testcase></testsuite>',
      { passed: 0, failed: 1, skipped: 0 },
    ],
    ['no tests', '<testsuite/>', { passed: 0, failed: 0, skipped: 0 }],
    ['no XML', 'not a report', { passed: 0, failed: 0, skipped: 0 }],
    ['nothing', '', { passed: 0, failed: 0, skipped: 0 }],
  ])('with %s is counted by its test cases', (_title, xml, expected) => {
    expect(numbers(xml)).toEqual(expected);
  });

  it('gives the time in milliseconds, and what failed with suite, name and message', () => {
    const xml = `<testsuite name="cart"><testcase name="a" time="0.25"><failure message="no">trace</failure></testcase>
      <testcase name="b" classname="Cart" time="1"><error>only text</error></testcase></testsuite>`;

    expect(countTests(xml)).toMatchObject({
      durationMs: 1250,
      failures: [
        { suite: 'cart', test: 'a', message: 'no' },
        { suite: 'Cart', test: 'b', message: 'only text' },
      ],
    });
  });

  it('keeps no more of its failures than anybody reads', () => {
    const one = `<testcase name="${'n'.repeat(1000)}"><failure message="${'m'.repeat(10_000)}"/></testcase>`;
    const { failed, failures } = countTests(`<testsuite>${one.repeat(300)}</testsuite>`);

    expect(failed).toBe(300);
    expect(failures).toHaveLength(100);
    expect(failures[0]?.test).toHaveLength(400);
    expect(failures[0]?.message).toHaveLength(4000);
  });

  it('is not followed into depths that nobody meant', () => {
    const deep = `${'<testsuite>'.repeat(5000)}<testcase/>${'</testsuite>'.repeat(5000)}`;

    expect(() => countTests(deep)).toThrow('nested');
  });

  it('that multiplies entities does not take the builder with it', () => {
    const levels = Array.from({ length: 9 }, (_, index) => `<!ENTITY e${index + 1} "${`&e${index};`.repeat(10)}">`);
    const bomb = `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "lol">${levels.join('')}]><testsuite name="&e9;"/>`;

    expect(() => countTests(bomb)).not.toThrow();
  });
});
