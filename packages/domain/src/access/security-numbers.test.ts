import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attemptScopes } from './attempts.ts';
import {
  attemptRulesOf,
  numberFault,
  numbersInForce,
  type SecurityNumber,
  securityNumberNames,
  securityNumbers,
} from './security-numbers.ts';

const anyNumbers = fc
  .record(
    Object.fromEntries(
      securityNumberNames.map((name) => {
        const { least, most } = securityNumbers[name];
        return [name, fc.integer({ min: least, max: most })];
      }),
    ),
  )
  .map((all) => numbersInForce(new Map(Object.entries(all))));

describe('numbers of security', () => {
  it.each(Object.entries<SecurityNumber>(securityNumbers))('%s has a usual value within its range', (_name, each) => {
    expect(each.usual).toBeGreaterThanOrEqual(each.least);
    expect(each.usual).toBeLessThanOrEqual(each.most);
    expect(each.purpose).toMatch(/^[A-Z1-9]/);
    expect(each.bounds).not.toBe('');
  });

  it('are refused out of their range, with the range', () => {
    for (const name of securityNumberNames) {
      const { least, most } = securityNumbers[name];
      expect(numberFault(name, least)).toBeUndefined();
      expect(numberFault(name, most)).toBeUndefined();
      for (const wrong of [least - 1, most + 1, least + 0.5, Number.NaN, Number.POSITIVE_INFINITY])
        expect(numberFault(name, wrong)).toContain(`from ${least} to ${most}`);
    }
  });

  it('are what is usual where nothing was changed, and within the range whatever is stored', () => {
    expect(numbersInForce(new Map())['session-idle']).toBe(30);
    expect(numbersInForce(new Map([['session-idle', 60]]))['session-idle']).toBe(60);
    expect(numbersInForce(new Map([['session-idle', 0]]))['session-idle']).toBe(5);
    expect(numbersInForce(new Map([['argon2id-memory', 1]]))['argon2id-memory']).toBe(46);
  });

  it('keep nobody out, in any combination: whoever mistypes twice is let in, and every pause ends', () => {
    fc.assert(
      fc.property(anyNumbers, fc.constantFrom(...attemptScopes), (numbers, scope) => {
        const { steps, window } = attemptRulesOf(numbers)[scope];

        expect(steps[0]?.failures).toBeGreaterThanOrEqual(3);
        expect(steps.map((each) => each.failures)).toEqual(
          [...new Set(steps.map((each) => each.failures))].toSorted((a, b) => a - b),
        );
        for (const { seconds } of steps) expect(seconds).toBeLessThanOrEqual(86_400);
        expect(window).toBeGreaterThanOrEqual(60);
        // Nobody could change them back in a session that ends at once.
        expect(numbers['session-idle']).toBeGreaterThanOrEqual(5);
        expect(numbers['session-length'] * 60).toBeGreaterThanOrEqual(60);
        expect(numbers['step-up']).toBeGreaterThanOrEqual(1);
        expect(numbers['second-step']).toBeGreaterThanOrEqual(5);
        expect(numbers['totp-window']).toBeGreaterThanOrEqual(1);
      }),
    );
  });

  it('let all browsers together fail often before any of them waits, and never for long: anybody could do that', () => {
    fc.assert(
      fc.property(anyNumbers, (numbers) => {
        const { steps } = attemptRulesOf(numbers).server;
        expect(steps[0]?.failures).toBeGreaterThanOrEqual(100);
        for (const { seconds } of steps) expect(seconds).toBeLessThanOrEqual(1800);
      }),
    );
  });

  it('never make a hash weaker than what OWASP asks for at least, or four of them larger than half a GiB', () => {
    const { 'argon2id-memory': memory, 'argon2id-passes': passes } = securityNumbers;
    expect(memory.least).toBeGreaterThanOrEqual(46);
    expect(passes.least).toBeGreaterThanOrEqual(1);
    expect(memory.most * 4).toBeLessThanOrEqual(512);
  });
});
