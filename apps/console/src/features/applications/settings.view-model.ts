import type { Environment, Setting } from '@almanac/protocol';

/** Where a value holds within an environment. */
export interface Place {
  readonly level: 'environment' | 'label' | 'site';
  /** Empty for the whole environment. */
  readonly selector: string;
}

export const wholeEnvironment: Place = { level: 'environment', selector: '' };

/** The rows of a setting: the whole environment, then every label and site that has a value somewhere. */
export function placesOf(setting: Setting): readonly Place[] {
  const narrower = new Map<string, Place>();
  for (const { level, selector } of setting.values)
    if (selector !== null) narrower.set(`${level} ${selector}`, { level, selector });
  return [wholeEnvironment, ...[...narrower.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))];
}

const keyOf = (place: Place) => `${place.level} ${place.selector}`;

export function valueAt(
  setting: Setting,
  environment: Pick<Environment, 'id'>,
  place: Place,
): Setting['values'][number] | undefined {
  return setting.values.find(
    (each) =>
      each.environment.id === environment.id && each.level === place.level && (each.selector ?? '') === place.selector,
  );
}

/** What stands in a cell of the matrix; `set` and `bind` invite to give a value. */
export function shownValue(setting: Setting, environment: Pick<Environment, 'id'>, place: Place): string {
  const value = valueAt(setting, environment, place);
  if (value !== undefined) return value.value ?? `secret ${value.fingerprint ?? ''}`;
  if (place.level !== 'environment') return '–';
  if (setting.connection !== null) return 'bind';
  return setting.required && setting.default === null ? 'missing' : 'set';
}

/** Whether a setting is given otherwise in one environment than in another, at any level. */
export function differs(setting: Setting, one: Pick<Environment, 'id'>, other: Pick<Environment, 'id'>): boolean {
  const at = (environment: Pick<Environment, 'id'>, place: Place) => {
    const value = valueAt(setting, environment, place);
    return value === undefined && place.level === 'environment'
      ? setting.default
      : (value?.value ?? value?.fingerprint ?? null);
  };
  return placesOf(setting).some((place) => at(one, place) !== at(other, place));
}
