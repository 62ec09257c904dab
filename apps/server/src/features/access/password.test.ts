import { argon2Sync } from 'node:crypto';
import { numbersInForce } from '@almanac/domain';
import { describe, expect, it } from 'vitest';
import { hashPassword, isOutdated, verifyPassword } from './password.ts';

const numbers = numbersInForce(
  new Map([
    ['argon2id-memory', 46],
    ['argon2id-passes', 1],
  ]),
);
const nonce = Buffer.from('0123456789abcdef');
const text = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');

/** As another implementation of RFC 9106 makes it. */
function phcOf(message: string): string {
  const tag = argon2Sync('argon2id', { message, nonce, memory: 46 * 1024, passes: 1, parallelism: 1, tagLength: 32 });
  return `$argon2id$v=19$m=${46 * 1024},t=1,p=1$${text(nonce)}$${text(tag)}`;
}

describe('the hash of a password', () => {
  it('is what another implementation of argon2id makes, so that hashes outlive a change of the library', async () => {
    const stored = phcOf('seven purple teapots');

    expect(await verifyPassword('seven purple teapots', stored)).toBe(true);
    expect(await verifyPassword('seven purple teapot', stored)).toBe(false);
    expect(isOutdated(stored, numbers)).toBe(false);
  });

  it('is argon2id with the numbers in force and a salt of its own', async () => {
    const [one, other] = [await hashPassword('teapot', numbers), await hashPassword('teapot', numbers)];

    expect(one).toMatch(/^\$argon2id\$v=19\$m=47104,t=1,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(other).not.toBe(one);
    expect(await verifyPassword('teapot', one)).toBe(true);
  });

  it.each(['', 'teapot', '$argon2i$v=19$m=47104,t=1,p=1$c2FsdHNhbHQ$dGFn', '$argon2id$v=19$m=47104,t=1,p=1$c2FsdA'])(
    'is nobody’s where %j is stored',
    async (stored) => {
      expect(await verifyPassword('teapot', stored)).toBe(false);
    },
  );

  it('is outdated where it was made with other numbers', async () => {
    expect(isOutdated(await hashPassword('teapot', numbers), numbersInForce(new Map()))).toBe(true);
  });
});
