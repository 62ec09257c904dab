import { format, inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret } from './secret.ts';

const text = 'sk-live-2f6b1c';
const secret = new Secret(text);

describe('a secret', () => {
  it('is what it is to whoever uses it', () => {
    expect(secret.reveal()).toBe(text);
  });

  it.each<[string, () => unknown]>([
    ['a template', () => `${secret as unknown as string}`],
    ['a sum of texts', () => `of ${String(secret)}`],
    ['a conversion', () => secret.toString()],
    ['JSON', () => JSON.stringify({ secret, list: [secret] })],
    ['an inspection', () => inspect({ deep: { secret } }, { depth: 9, showHidden: true })],
    ['a format', () => format('%s %o %O %j', secret, secret, secret, secret)],
    ['an error', () => inspect(new Error(`no: ${secret as unknown as string}`, { cause: secret }))],
    [
      'its own properties',
      () => JSON.stringify([Object.entries(secret), Object.getOwnPropertyNames(secret), Object.assign({}, secret)]),
    ],
    ['a copy', () => inspect(Object.assign({}, secret))],
  ])('does not come out by %s', (_name, print) => {
    expect(String(print())).not.toContain(text);
  });

  it('is no object that can be copied to another thread', () => {
    expect(JSON.stringify(structuredClone(Object.assign({}, secret)))).not.toContain(text);
  });
});
