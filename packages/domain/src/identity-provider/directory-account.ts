/** Why a directory, or what it says of an account, keeps somebody out. */
export type DirectoryRefusal =
  | 'wrong-password'
  | 'unknown'
  | 'ambiguous'
  | 'locked'
  | 'disabled'
  | 'account-expired'
  | 'password-expired'
  | 'password-must-change'
  | 'not-here-or-now';

/** What a directory answered when somebody's password was tried. */
export interface BindAnswer {
  /** The result code of LDAP (RFC 4511, appendix A). */
  readonly code: number;
  /** What it said beside the code; Active Directory says the reason only there. */
  readonly message: string;
  /** The code of its password policy, where it sent one (draft-behera-ldap-password-policy). */
  readonly policy: number | undefined;
}

const policyRefusals: Readonly<Record<number, DirectoryRefusal>> = {
  0: 'password-expired',
  1: 'locked',
  2: 'password-must-change',
};

/** The error codes of Windows that stand in the message of Active Directory, after `data`. */
const windowsRefusals: Readonly<Record<string, DirectoryRefusal>> = {
  '525': 'unknown',
  '52e': 'wrong-password',
  '530': 'not-here-or-now',
  '531': 'not-here-or-now',
  '532': 'password-expired',
  '533': 'disabled',
  '701': 'account-expired',
  '773': 'password-must-change',
  '775': 'locked',
};

/** Codes that speak of the person; every other one speaks of the directory or of how it is used. */
const codeRefusals: Readonly<Record<number, DirectoryRefusal>> = {
  19: 'locked',
  32: 'unknown',
  48: 'wrong-password',
  49: 'wrong-password',
  53: 'disabled',
};

/**
 * Why somebody is kept out whose password was tried. A password that is right and has to be changed first is refused as
 * well: the directory lets nobody in with it either.
 *
 * @returns undefined when they are let in, or when the answer says nothing of the person (the code is not 0 then)
 */
export function refusalOfBind({ code, message, policy }: BindAnswer): DirectoryRefusal | undefined {
  const byPolicy = policy === undefined ? undefined : policyRefusals[policy];
  if (code === 0) return byPolicy;
  const refusal = codeRefusals[code];
  if (refusal === undefined) return undefined;
  const windows = /\bdata ([0-9a-f]{3,8})\b/i.exec(message)?.[1]?.toLowerCase();
  return byPolicy ?? (windows === undefined ? undefined : windowsRefusals[windows]) ?? refusal;
}

/** Attributes that say whether an account may be used, of the directories that we know. */
export const accountStateAttributes = [
  'userAccountControl',
  'accountExpires',
  'nsAccountLock',
  'loginDisabled',
  'pwdAccountLockedTime',
  'pwdReset',
] as const;
export type AccountState = Readonly<Partial<Record<(typeof accountStateAttributes)[number], string>>>;

const disabledOfWindows = 0x2;
/** Locked until an administrator opens it again; any other time is a pause after wrong passwords. */
const lockedForGood = '000001010000Z';
const neverExpires = 0x7fff_ffff_ffff_ffffn;
/** From 1601, where Windows begins to count, to 1970, in milliseconds. */
const windowsEpochMs = 11_644_473_600_000n;

/**
 * Why somebody is kept out by what their entry says. A pause after wrong passwords is no reason: whoever guesses would sign
 * others out with it.
 *
 * @param now Milliseconds since the epoch
 */
export function refusalOfEntry(state: AccountState, now: number): DirectoryRefusal | undefined {
  const is = (value: string | undefined) => value?.toLowerCase() === 'true';
  if ((Number(state.userAccountControl ?? 0) & disabledOfWindows) !== 0) return 'disabled';
  if (is(state.nsAccountLock) || is(state.loginDisabled)) return 'disabled';
  if (state.pwdAccountLockedTime === lockedForGood) return 'disabled';
  if (isPast(state.accountExpires, now)) return 'account-expired';
  return is(state.pwdReset) ? 'password-must-change' : undefined;
}

/** Windows counts in steps of 100 nanoseconds; 0 and the highest number mean never. */
function isPast(time: string | undefined, now: number): boolean {
  if (time === undefined || !/^\d{1,19}$/.test(time)) return false;
  const steps = BigInt(time);
  return steps !== 0n && steps < neverExpires && steps / 10_000n - windowsEpochMs <= BigInt(Math.trunc(now));
}

/** Whether somebody who is signed in already is out: they are gone, or not allowed in any more. */
export function endsSessions(refusal: DirectoryRefusal | undefined): boolean {
  return refusal === 'disabled' || refusal === 'account-expired' || refusal === 'unknown' || refusal === 'ambiguous';
}

/** Where each byte of a GUID is stored: in its first three parts the lowest byte comes first. */
const guidOrder = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15] as const;

/** A GUID as Windows writes it; undefined for what is none. */
export function guidOf(bytes: Uint8Array): string | undefined {
  if (bytes.length !== 16) return undefined;
  const digits = guidOrder.map((at) => (bytes[at] ?? 0).toString(16).padStart(2, '0')).join('');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** The bytes of a GUID that Windows wrote; undefined for anything else. */
export function bytesOfGuid(guid: string): Uint8Array | undefined {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(guid)) return undefined;
  const pairs = guid.replaceAll('-', '').match(/../g) ?? [];
  return Uint8Array.from(guidOrder, (at) => Number.parseInt(pairs[at] ?? '', 16));
}
