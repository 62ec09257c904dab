import { expect, it } from 'vitest';
import { relyingPartyOf } from './relying-party.ts';

it.each([
  ['https://almanac.example.com', { id: 'almanac.example.com', origin: 'https://almanac.example.com' }],
  ['https://almanac.example.com:8443/', { id: 'almanac.example.com', origin: 'https://almanac.example.com:8443' }],
  ['http://127.0.0.1:7400', { id: 'localhost', origin: 'http://localhost:7400' }],
  ['http://[::1]:7400', { id: 'localhost', origin: 'http://localhost:7400' }],
  ['http://almanac.example.com', undefined],
  ['https://192.0.2.7', undefined],
  ['https://[2001:db8::1]:8443', undefined],
])('passkeys of %s are bound to %j', (publicUrl, bound) => {
  expect(relyingPartyOf(publicUrl)).toEqual(bound);
});
