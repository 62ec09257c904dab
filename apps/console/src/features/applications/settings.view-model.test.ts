import type { Setting } from '@almanac/protocol';
import { describe, expect, it } from 'vitest';
import { differs, placesOf, shownValue, wholeEnvironment } from './settings.view-model.ts';

const quality = { id: 'quality' as Setting['values'][number]['environment']['id'] };
const production = { id: 'production' as Setting['values'][number]['environment']['id'] };

function value(
  environment: typeof quality,
  given: Partial<Pick<Setting['values'][number], 'level' | 'selector' | 'value' | 'fingerprint'>>,
): Setting['values'][number] {
  return {
    environment: { id: environment.id, name: environment.id },
    level: given.level ?? 'environment',
    selector: given.selector ?? null,
    value: given.value ?? null,
    fingerprint: given.fingerprint ?? null,
    changedBy: 'ada',
    changedAt: '2026-01-01T00:00:00.000Z',
  };
}

const setting = (values: readonly Setting['values'][number][], other: Partial<Setting> = {}): Setting => ({
  key: 'CURRENCY',
  secret: false,
  required: false,
  default: 'EUR',
  description: null,
  connection: null,
  defined: true,
  values: [...values],
  ...other,
});

describe('the matrix of settings', () => {
  it('has a row for the whole environment and one for each label and site with a value anywhere', () => {
    const found = placesOf(
      setting([
        value(quality, { level: 'site', selector: 'berlin', value: 'USD' }),
        value(production, { level: 'label', selector: 'region=se', value: 'SEK' }),
      ]),
    );

    expect(found).toEqual([
      wholeEnvironment,
      { level: 'label', selector: 'region=se' },
      { level: 'site', selector: 'berlin' },
    ]);
  });

  it('shows values, fingerprints of secrets, and what could be given', () => {
    const secret = setting([value(production, { fingerprint: 'a1b2c3' })], {
      secret: true,
      required: true,
      default: null,
    });

    expect(shownValue(secret, production, wholeEnvironment)).toBe('secret a1b2c3');
    expect(shownValue(secret, quality, wholeEnvironment)).toBe('missing');
    expect(shownValue(setting([]), quality, wholeEnvironment)).toBe('set');
  });

  it('tells environments apart by what holds there, and secrets by their fingerprints', () => {
    expect(differs(setting([value(production, { value: 'EUR' })]), quality, production)).toBe(false);
    expect(differs(setting([value(production, { value: 'CHF' })]), quality, production)).toBe(true);
    const equal = [value(quality, { fingerprint: 'a1b2c3' }), value(production, { fingerprint: 'a1b2c3' })];
    expect(differs(setting(equal, { secret: true }), quality, production)).toBe(false);
    const narrower = [value(production, { level: 'label', selector: 'region=se', value: 'SEK' })];
    expect(differs(setting(narrower), quality, production)).toBe(true);
  });
});
