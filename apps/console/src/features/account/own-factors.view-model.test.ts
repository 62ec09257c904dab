import type { Factors } from '@almanac/protocol';
import { expect, it } from 'vitest';
import { factorWords } from './own-factors.view-model.ts';

const none: Factors = { totp: null, passkeys: [], recoveryCodes: 0, required: false };
const app: Factors = { ...none, totp: { since: '2026-01-01T00:00:00.000Z' }, recoveryCodes: 10 };

it.each([
  [none, 'keeps them out'],
  [{ ...none, required: true }, 'You must have a second factor'],
  [app, '10 recovery codes are left.'],
  [{ ...app, recoveryCodes: 1 }, '1 recovery code is left. Make others'],
])('%j reads: %s', (factors, words) => {
  expect(factorWords(factors)).toContain(words);
});
