import { describe, expect, it } from 'vitest';
import { resolveSettings, type SettingValue } from './resolve-settings.ts';

const site = { name: 'berlin-1', labels: { region: 'eu', size: 'small' } };
const definitions = {
  CURRENCY: { default: 'EUR', secret: false, required: false },
  PAYMENT_KEY: { secret: true, required: true },
  OPTIONAL: { secret: false, required: false },
};
const environment = { key: 'CURRENCY', level: 'environment', selector: '', value: 'USD' } as const;
const label = { key: 'CURRENCY', level: 'label', selector: 'region=eu', value: 'CHF' } as const;
const own = { key: 'CURRENCY', level: 'site', selector: 'berlin-1', value: 'SEK' } as const;

const currency = (values: readonly SettingValue<string>[]) =>
  resolveSettings({ definitions, values, site }).plain['CURRENCY'];

describe('the settings of a site', () => {
  it('come from the narrowest level that has a value', () => {
    expect(currency([])).toBe('EUR');
    expect(currency([environment])).toBe('USD');
    expect(currency([label, environment])).toBe('CHF');
    expect(currency([own, environment, label])).toBe('SEK');
  });

  it('pass over labels and sites that are not its own', () => {
    expect(currency([environment, { ...label, selector: 'region=us' }, { ...own, selector: 'berlin-2' }])).toBe('USD');
    expect(currency([{ ...label, selector: 'constructor=x' }])).toBe('EUR');
  });

  it('do not depend on the order in which values of several labels were set', () => {
    const other = { ...label, selector: 'size=small', value: 'NOK' };

    expect(currency([label, other])).toBe('NOK');
    expect(currency([other, label])).toBe('NOK');
  });

  it('keep secrets apart, and name what is required and has no value', () => {
    const without = resolveSettings({ definitions, values: [], site });
    expect(without).toEqual({ plain: { CURRENCY: 'EUR' }, secret: {}, missing: ['PAYMENT_KEY'] });

    const key = { key: 'PAYMENT_KEY', level: 'environment', selector: '', value: 'sealed' } as const;
    const given = resolveSettings({ definitions, values: [key], site });

    expect(given).toEqual({ plain: { CURRENCY: 'EUR' }, secret: { PAYMENT_KEY: 'sealed' }, missing: [] });
  });

  it('leave out values of settings that the manifest does not define', () => {
    const stray = { key: 'GONE', level: 'environment', selector: '', value: 'x' } as const;

    expect(resolveSettings({ definitions, values: [stray], site }).plain).toEqual({ CURRENCY: 'EUR' });
  });
});
