import { refuse } from '@almanac/domain';

/** What everybody tries first at this product, and the longest of the lists of passwords that leaked. */
const known = new Set([
  '123456789012',
  '1234567890123',
  'passwordpassword',
  'password1234',
  'password12345',
  'password123456',
  'administrator',
  'administrator1',
  'letmeinletmein',
  'changemechangeme',
  'changeme12345',
  'qwertyuiop123',
  'qwertyuiopasdf',
  'qwertyqwerty',
  'iloveyou1234',
  'welcome12345',
  'trustno1trustno1',
  'correcthorsebatterystaple',
]);

/**
 * Refuses a password that is guessed first: one of the known ones, the name or the product with little beside it, one
 * character or a short run again and again. Length is checked where the request is parsed; nothing else is asked of it.
 *
 * @throws {DomainError} `weak-password`
 */
export function refuseWeakPassword(password: string, name: string): void {
  const plain = password.toLowerCase();
  const letters = plain.replaceAll(/[^\p{L}]/gu, '');
  const about = [name.toLowerCase(), 'almanac', 'password', 'passwort'].find(
    (word) => word.length >= 3 && plain.includes(word) && plain.replaceAll(word, '').length < 8,
  );
  if (about !== undefined) refuse('weak-password', `a password that is little more than "${about}" is guessed first`);
  if (known.has(plain) || known.has(letters) || known.has(plain.replaceAll(' ', '')))
    refuse('weak-password', 'this password is on every list of those that are tried first');
  if (/^(.{1,4})\1+.{0,3}$/su.test(plain))
    refuse('weak-password', 'this password repeats the same few characters; take several words');
}
