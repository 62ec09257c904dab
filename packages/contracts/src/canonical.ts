import { createHash } from 'node:crypto';
import type { Json } from '@almanac/domain';

/** JSON in which equal values have equal texts: keys sorted by code unit, no white space, no undefined members. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const members = Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, each]) => `${JSON.stringify(key)}:${canonicalJson(each)}`);
  return `{${members.join(',')}}`;
}

/** The same value with its keys in order. */
export function canonical(value: Json): Json {
  return JSON.parse(canonicalJson(value)) as Json;
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
