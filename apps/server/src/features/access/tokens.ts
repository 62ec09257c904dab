import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits; the prefix lets people and scanners recognise what leaked. */
export function newToken(prefix: string): string {
  return `${prefix}${randomBytes(32).toString('base64url')}`;
}

/** What is stored instead of a token: the token has full entropy, so a plain hash is enough. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
