import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type BackendRequest, requestHead } from './request-head.ts';

const request = (wish: Partial<BackendRequest>): BackendRequest => ({
  method: 'GET',
  path: '/',
  headers: ['host', 'shop.localhost'],
  body: null,
  trailers: () => [],
  idleMs: 1000,
  ...wish,
});

const stream = () => Readable.from([]);

describe('the head of a request', () => {
  it('is what it says, with its headers in their order and spelling', () => {
    const head = requestHead(request({ path: '/a?b=%20', headers: ['Host', 'shop', 'X-One', 'ä\t1', 'X-One', ''] }));

    expect(head?.text).toBe(
      'GET /a?b=%20 HTTP/1.1\r\nHost: shop\r\nX-One: ä\t1\r\nX-One: \r\nconnection: keep-alive\r\n\r\n',
    );
  });

  it.each<[words: string, wish: Partial<BackendRequest>, line: RegExp, length: number | undefined]>([
    ['a stream that has one', { body: stream(), headers: ['Content-Length', '5'] }, /^Content-Length: 5$/gm, 5],
    ['bytes', { body: Buffer.from('hello') }, /^content-length: 5$/gm, 5],
    [
      'bytes that have one',
      { body: Buffer.from('hello'), headers: ['content-length', '5'] },
      /^content-length: 5$/gm,
      5,
    ],
    ['nothing, where something is expected', { method: 'POST' }, /^content-length: 0$/gm, 0],
    ['a stream without one: it goes in chunks', { body: stream() }, /^transfer-encoding: chunked$/gm, undefined],
  ])('gives the length of %s, once', (_words, wish, line, length) => {
    const head = requestHead(request(wish));

    expect(head?.text.replaceAll('\r', '').match(line)).toHaveLength(1);
    expect(head?.text.match(/content-length|transfer-encoding/gi)).toHaveLength(1);
    expect(head?.length).toBe(length);
  });

  it('says nothing of a length where none is expected', () => {
    expect(requestHead(request({}))).toMatchObject({
      text: expect.not.stringMatching(/content-length|transfer-encoding/),
      length: 0,
    });
  });

  it.each<[words: string, wish: Partial<BackendRequest>]>([
    ['a method with a blank', { method: 'GET /x' }],
    ['no method', { method: '' }],
    ['an address with a blank', { path: '/ HTTP/1.1' }],
    ['an address with a line end', { path: '/\r\nx: y' }],
    ['no address', { path: '' }],
    ['a header with a line end', { headers: ['x', 'y\r\nz: 1'] }],
    ['a header with LF', { headers: ['x', 'y\nz: 1'] }],
    ['a header with a zero byte', { headers: ['x', 'y\0'] }],
    ['a character that Latin-1 does not have', { headers: ['x', '\u010d\u010a'] }],
    ['a name with a colon', { headers: ['x:', 'y'] }],
    ['a name with a line end', { headers: ['x\r\ny', 'z'] }],
    ['no name', { headers: ['', 'y'] }],
    ['two lengths', { body: stream(), headers: ['content-length', '5', 'Content-Length', '5'] }],
    ['a length that is no number', { body: stream(), headers: ['content-length', '+5'] }],
    ['bytes that are fewer than they say', { body: Buffer.from('hell'), headers: ['content-length', '5'] }],
    ['nothing, which would be five bytes long', { headers: ['content-length', '5'] }],
  ])('is not written with %s', (_words, wish) => {
    expect(requestHead(request(wish))).toBeUndefined();
  });
});
