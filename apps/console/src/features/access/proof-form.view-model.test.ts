import { expect, it } from 'vitest';
import { offeredProofs } from './proof-form.view-model.ts';

it.each([
  [['recovery-code', 'code', 'passkey'], true, ['passkey', 'code', 'recovery-code']],
  [['recovery-code', 'code', 'passkey'], false, ['code', 'recovery-code']],
  [['passkey'], false, []],
  [['password'], true, ['password']],
] as const)('of %j, where passkeys work: %s, these are offered: %j', (proofs, works, offered) => {
  expect(offeredProofs(proofs, works)).toEqual(offered);
});
