import type { SecurityAlternative } from '@almanac/domain';
import { canonicalJson } from '../canonical.ts';
import type { JsonObject, Located } from '../syntax/sources.ts';

/**
 * The ways to be let in. A scheme is named by what it is, not by what the document calls it; addresses of identity
 * providers differ between environments and do not count. Where nothing is among the ways, nothing is needed.
 */
export function readSecurity(input: {
  readonly root: Located<JsonObject>;
  readonly at: Located<JsonObject>;
  readonly entriesOf: (at: Located<JsonObject>, key: string) => readonly (readonly [string, Located<JsonObject>])[];
  readonly follow: (at: Located<JsonObject>) => Located<JsonObject>;
}): readonly SecurityAlternative[] {
  const listed = input.at.value['security'] ?? input.root.value['security'];
  if (!Array.isArray(listed)) return [];
  const components = input.root.value['components'];
  const schemes = new Map(
    typeof components === 'object' && components !== null
      ? input.entriesOf({ value: components as JsonObject, file: input.root.file }, 'securitySchemes')
      : [],
  );
  const nameOf = (name: string): string => {
    const scheme = schemes.get(name);
    return scheme === undefined ? name : describe(input.follow(scheme).value);
  };
  const alternatives = (listed as readonly unknown[]).map(
    (each): SecurityAlternative =>
      Object.entries(each as JsonObject)
        .map(([name, scopes]) => ({
          scheme: nameOf(name),
          scopes: Array.isArray(scopes) ? scopes.map(String).sort() : [],
        }))
        .sort((a, b) => (a.scheme < b.scheme ? -1 : 1)),
  );
  if (alternatives.some((each) => each.length === 0)) return [];
  return [...new Map(alternatives.map((each) => [canonicalJson(each), each]))]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, each]) => each);
}

function describe(scheme: JsonObject): string {
  const { type, scheme: method, in: location, name } = scheme;
  if (type === 'apiKey') return `key ${String(name)} in ${String(location)}`;
  if (type === 'http') return `http ${String(method).toLowerCase()}`;
  return String(type);
}
