import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AccountState,
  bytesOfGuid,
  type DirectoryRefusal,
  endsSessions,
  guidOf,
  refusalOfBind,
  refusalOfEntry,
} from './directory-account.ts';

const windows = (data: string) =>
  `80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data ${data}, v1db1`;

describe('why a directory keeps somebody out', () => {
  it.each<[string, Parameters<typeof refusalOfBind>[0], DirectoryRefusal | undefined]>([
    ['the password is right', { code: 0, message: '', policy: undefined }, undefined],
    ['it has to be changed first', { code: 0, message: '', policy: 2 }, 'password-must-change'],
    ['it is too short for later', { code: 0, message: '', policy: 6 }, undefined],
    ['the password is wrong', { code: 49, message: '', policy: undefined }, 'wrong-password'],
    ['locked, by policy', { code: 49, message: '', policy: 1 }, 'locked'],
    ['expired, by policy', { code: 49, message: '', policy: 0 }, 'password-expired'],
    ['too many tries', { code: 19, message: 'Exceed password retry limit.', policy: undefined }, 'locked'],
    ['inactive', { code: 53, message: 'Account inactivated.', policy: undefined }, 'disabled'],
    ['Windows: wrong password', { code: 49, message: windows('52e'), policy: undefined }, 'wrong-password'],
    ['Windows: disabled', { code: 49, message: windows('533'), policy: undefined }, 'disabled'],
    ['Windows: locked', { code: 49, message: windows('775'), policy: undefined }, 'locked'],
    ['Windows: expired', { code: 49, message: windows('701'), policy: undefined }, 'account-expired'],
    ['Windows: password expired', { code: 49, message: windows('532'), policy: undefined }, 'password-expired'],
    ['Windows: must change', { code: 49, message: windows('773'), policy: undefined }, 'password-must-change'],
    ['Windows: not at this hour', { code: 49, message: windows('530'), policy: undefined }, 'not-here-or-now'],
    ['Windows: a reason unknown to us', { code: 49, message: windows('999'), policy: undefined }, 'wrong-password'],
    ['the directory is busy', { code: 51, message: windows('533'), policy: undefined }, undefined],
  ])('%s', (_case, answer, refusal) => {
    expect(refusalOfBind(answer)).toBe(refusal);
  });

  const now = Date.parse('2026-11-30T00:00:00Z');
  const windowsTime = (iso: string) => String((BigInt(Date.parse(iso)) + 11_644_473_600_000n) * 10_000n);
  it.each<[string, AccountState, DirectoryRefusal | undefined]>([
    ['nothing is said', {}, undefined],
    ['an ordinary account of Windows', { userAccountControl: '512', accountExpires: '0' }, undefined],
    ['a disabled one', { userAccountControl: '514' }, 'disabled'],
    ['one that never expires', { accountExpires: '9223372036854775807' }, undefined],
    ['one that expires tomorrow', { accountExpires: windowsTime('2026-12-01T00:00:00Z') }, undefined],
    ['one that expired', { accountExpires: windowsTime('2026-11-29T23:59:00Z') }, 'account-expired'],
    ['an end that is no number', { accountExpires: 'soon' }, undefined],
    ['inactive', { nsAccountLock: 'TRUE' }, 'disabled'],
    ['not inactive', { nsAccountLock: 'false' }, undefined],
    ['no sign-in', { loginDisabled: 'TRUE' }, 'disabled'],
    ['locked for good', { pwdAccountLockedTime: '000001010000Z' }, 'disabled'],
    ['paused after wrong passwords', { pwdAccountLockedTime: '20261129235900Z' }, undefined],
    ['must change the password', { pwdReset: 'TRUE' }, 'password-must-change'],
  ])('by the entry: %s', (_case, state, refusal) => {
    expect(refusalOfEntry(state, now)).toBe(refusal);
  });

  it('ends sessions of whom is gone or disabled, and of nobody who has a password to change', () => {
    expect((['disabled', 'account-expired', 'unknown', 'ambiguous'] as const).every(endsSessions)).toBe(true);
    expect(
      [undefined, 'password-must-change', 'locked', 'wrong-password'].some((each) => endsSessions(each as never)),
    ).toBe(false);
  });
});

describe('a GUID', () => {
  it('is written as Windows writes it', () => {
    const bytes = Buffer.from('6a2bd6d33f5b4e4f9a7de51f1a7b9c01', 'hex');

    expect(guidOf(bytes)).toBe('d3d62b6a-5b3f-4f4e-9a7d-e51f1a7b9c01');
    expect(guidOf(bytes.subarray(1))).toBeUndefined();
    expect(bytesOfGuid('D3D62B6A')).toBeUndefined();
  });

  it('comes back as it was stored', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        expect(bytesOfGuid(guidOf(bytes) ?? '')).toEqual(bytes);
      }),
    );
  });
});
