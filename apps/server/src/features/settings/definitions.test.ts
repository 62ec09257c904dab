import { describe, expect, it } from 'vitest';
import { Secret } from '#platform/secrets';
import { addressFault } from './definitions.ts';

describe('the address of a connection', () => {
  it.each([
    ['postgres://orders:pass@db.example.com/orders', undefined],
    ['postgresql://db.example.com:5433/orders', undefined],
    ['postgres://db.example.com:5433/orders', 'postgres://almanac@db.example.com/almanac'],
  ])('may be %s beside %s', (value, own) => {
    expect(addressFault(value, own === undefined ? undefined : new Secret(own))).toBeUndefined();
  });

  it.each([
    ['db.example.com', undefined, 'is an address'],
    ['mysql://db.example.com/orders', undefined, 'is an address'],
    ['postgres:///orders', undefined, 'is an address'],
    ['postgres://orders@db.example.com/orders', 'postgres://almanac@db.example.com:5432/almanac', 'of Almanac itself'],
  ])('may not be %s beside %s', (value, own, why) => {
    expect(addressFault(value, own === undefined ? undefined : new Secret(own))).toContain(why);
  });
});
