import { type NumbersInForce, refuse } from '@almanac/domain';
import { dictionary } from '@zxcvbn-ts/language-common';

/** What leaked often, and what everybody tries first at this product. */
const known: ReadonlySet<string> = new Set([
  ...dictionary['passwords-common'],
  'correcthorsebatterystaple',
  'letmeinletmein',
  'changeme',
  'welcome',
]);

/** With so few letters and digits beside a known word, the word is what is guessed. */
const fewBeside = 8;

/**
 * Refuses a password that is guessed first: one of those that leaked often, also with digits, signs or spaces put in or
 * around it; the name or the product with little beside it; one character or a short run again and again. Nothing else is
 * asked of it but its length.
 *
 * @throws {DomainError} `weak-password`
 */
export function refuseWeakPassword(password: string, name: string): void {
  const plain = password.toLowerCase();
  const about = [name.toLowerCase(), 'almanac', 'password', 'passwort'].find(
    (word) => word.length >= 3 && plain.includes(word) && plain.replaceAll(word, '').length < fewBeside,
  );
  if (about !== undefined) refuse('weak-password', `a password that is little more than "${about}" is guessed first`);
  if (spellingsOf(plain).some(isKnown))
    refuse('weak-password', 'this password is on every list of those that are tried first');
  if (/^(.{1,4})\1+.{0,3}$/su.test(plain))
    refuse('weak-password', 'this password repeats the same few characters; take several words');
}

/** @throws {DomainError} `weak-password` */
export function refuseShortPassword(password: string, numbers: Pick<NumbersInForce, 'password-length'>): void {
  const least = numbers['password-length'];
  if (password.length < least) refuse('weak-password', `a password has at least ${least} characters`);
}

/** A password as it is, without spaces, without what stands around its letters, and its letters alone. */
function spellingsOf(plain: string): readonly string[] {
  return [
    plain,
    plain.replaceAll(' ', ''),
    plain.replaceAll(/^[^\p{L}]+|[^\p{L}]+$/gu, ''),
    plain.replaceAll(/[^\p{L}]/gu, ''),
  ];
}

function isKnown(text: string): boolean {
  const half = text.slice(0, text.length / 2);
  return known.has(text) || (text === half + half && known.has(half));
}
