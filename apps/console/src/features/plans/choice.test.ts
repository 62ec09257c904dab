import { describe, expect, it } from 'vitest';
import { type Choice, choose, decodeChoices, encodeChoices, requestOf } from './choice.ts';
import { anEnvironment } from './plans-for-tests.ts';

const quality = { kind: 'environment', environment: anEnvironment('quality') } as const;

const build = '018f0000-0000-7000-8000-000000000001' as Extract<Choice, { kind: 'build' }>['build'];

const everyChoice: readonly Choice[] = [
  { kind: 'leave' },
  { kind: 'source' },
  { kind: 'latest' },
  { kind: 'version', number: '1.4.0' },
  { kind: 'build', build },
  { kind: 'tag', number: null },
  { kind: 'tag', number: '2.0.0' },
  { kind: 'configure' },
  { kind: 'remove' },
];

describe('choices in an address', () => {
  it('come back as they were written', () => {
    const choices = new Map(everyChoice.map((choice, index) => [`app-${index}`, choice]));

    expect(decodeChoices(encodeChoices(choices))).toEqual(choices);
  });

  it('say nothing when nothing was chosen', () => {
    expect(encodeChoices(new Map())).toBeUndefined();
    expect(decodeChoices(undefined)).toEqual(new Map());
  });

  it('are read as far as they make sense', () => {
    expect(decodeChoices('orders=source,=latest,catalog=explode,storefront=version:,web,cart=remove')).toEqual(
      new Map([
        ['orders', { kind: 'source' }],
        ['cart', { kind: 'remove' }],
      ]),
    );
  });
});

describe('choosing', () => {
  const before = new Map<string, Choice>([['orders', { kind: 'latest' }]]);

  it('replaces the choice of one application', () => {
    const after = choose(before, { application: 'orders', choice: { kind: 'remove' }, everything: false });

    expect(after).toEqual(new Map([['orders', { kind: 'remove' }]]));
    expect(before.get('orders')).toEqual({ kind: 'latest' });
  });

  it('forgets an application that is left alone, but keeps it out of everything that differs', () => {
    const leave = { application: 'orders', choice: { kind: 'leave' } } as const;

    expect(choose(before, { ...leave, everything: false }).size).toBe(0);
    expect(choose(before, { ...leave, everything: true }).get('orders')).toEqual({ kind: 'leave' });
  });
});

describe('what a choice asks the server for', () => {
  it.each([
    [{ kind: 'source' }, { kind: 'environment', environment: 'quality' }],
    [{ kind: 'latest' }, { kind: 'latest' }],
    [
      { kind: 'version', number: '1.4.0' },
      { kind: 'version', number: '1.4.0' },
    ],
    [
      { kind: 'build', build },
      { kind: 'build', build },
    ],
    [{ kind: 'tag', number: null }, { kind: 'tag' }],
    [
      { kind: 'tag', number: '2.0.0' },
      { kind: 'tag', number: '2.0.0' },
    ],
  ] as const)('%j deploys %j', (choice, source) => {
    const request = requestOf({ application: 'orders', choice, source: quality, settings: undefined });

    expect(request).toEqual({ kind: 'deploy', application: 'orders', source });
  });

  it('brings given settings along, except with a removal', () => {
    const settings = { PAYMENT_KEY: 'secret' };
    const ask = (choice: Choice) => requestOf({ application: 'orders', choice, source: undefined, settings });

    expect(ask({ kind: 'latest' })).toMatchObject({ settings });
    expect(ask({ kind: 'configure' })).toEqual({ kind: 'configure', application: 'orders', settings });
    expect(ask({ kind: 'remove' })).toEqual({ kind: 'remove', application: 'orders' });
  });

  it('is nothing for what runs in a source when there is none', () => {
    const choice = { kind: 'source' } as const;

    expect(requestOf({ application: 'orders', choice, source: undefined, settings: undefined })).toBeUndefined();
  });
});
