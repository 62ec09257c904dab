import type { Setting } from '@almanac/protocol';

type Value = Setting['values'][number];

/** Where a value holds: `production`, `production label region=se`, `production site berlin`. */
export function placeWords(value: Pick<Value, 'environment' | 'level' | 'selector'>): string {
  return `${value.environment.name}${value.selector === null ? '' : ` ${value.level} ${value.selector}`}`;
}

/** A value, or the fingerprint of a secret: equal for equal secrets. */
export function valueWords(value: Pick<Value, 'value' | 'fingerprint'>): string {
  return value.value ?? `(secret ${value.fingerprint ?? ''})`;
}
