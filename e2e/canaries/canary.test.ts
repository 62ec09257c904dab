import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createSearch, newCanary } from './canary.ts';

const canary = newCanary('a password');
const search = createSearch([canary, newCanary('another one')]);
const found = (content: string | Buffer) => search('here', content).map((each) => each.canary);
const half = canary.text.slice(3, 11);

describe('the search for canaries', () => {
  it.each<[string, string | Buffer]>([
    ['as it is', `before ${canary.text} after`],
    ['in JSON', JSON.stringify({ a: [canary.text] })],
    ['in an address', `https://a.example/?q=${encodeURIComponent(canary.text)}`],
    ['in a form', String(new URLSearchParams({ a: canary.text }))],
    ['in hex', Buffer.from(canary.text).toString('hex')],
    ['in base64', Buffer.from(`user:${canary.text}`).toString('base64')],
    ['in base64url', Buffer.from(`me:${canary.text}`).toString('base64url')],
    ['compressed', gzipSync(`x${canary.text}`)],
    ['in eight bytes of it', `…${half}…`],
    ['in eight bytes of it in hex', Buffer.from(half).toString('hex')],
    ['in eleven characters of its base64', Buffer.from(canary.text).toString('base64').slice(4, 15)],
  ])('finds one %s', (_name, content) => {
    expect(found(content)).toEqual(['a password']);
  });

  it.each<[string, string]>([
    ['nothing', ''],
    ['other secrets', newCanary('a third').text],
    ['seven bytes of it', canary.text.slice(0, 7)],
  ])('does not find one in %s', (_name, content) => {
    expect(found(content)).toEqual([]);
  });
});
