import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** 256 random bits; the prefix lets people and scanners recognise what leaked. */
export function newToken(prefix: string): string {
  return `${prefix}${randomBytes(32).toString('base64url')}`;
}

/** Whether a text can be a whole token of that prefix. */
export function mayBeToken(text: string, prefix: string): boolean {
  return text.startsWith(prefix) && /^[\w-]{43}$/.test(text.slice(prefix.length));
}

/** Digits and letters alone, so that a double click takes the whole of it. */
const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const checksumLength = 6;

/** An API token: 256 random bits and a checksum, by which scanners tell one from what only looks like it. */
export function newApiToken(): string {
  const token = newToken('alm_');
  return token + checksumOf(token);
}

/** Whether a text can be an API token; those of before had no checksum. */
export function mayBeApiToken(text: string): boolean {
  const [, body, checksum] = /^(alm_[\w-]{43})(\w{6})?$/.exec(text) ?? [];
  return body !== undefined && (checksum === undefined || checksum === checksumOf(body));
}

function checksumOf(text: string): string {
  let rest = crc32(text);
  let checksum = '';
  while (checksum.length < checksumLength) {
    checksum = digits.charAt(rest % digits.length) + checksum;
    rest = Math.floor(rest / digits.length);
  }
  return checksum;
}

/** What is stored instead of a token: the token has full entropy, so a plain hash is enough. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
