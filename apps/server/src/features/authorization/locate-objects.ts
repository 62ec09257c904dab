import type { Capability } from '@almanac/domain';
import type { At, RouteObject } from '@almanac/protocol';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { ParsedParts } from '#platform/http';
import type { Tables } from '#tables';
import {
  environmentAt,
  type Located,
  type Locating,
  locateApplication,
  locateBuild,
  locateEnvironment,
  locateHold,
  locateHotfix,
  locateOperations,
  locatePlace,
  locatePlan,
  locateQuarantine,
  locateRelease,
  locateSite,
  type NamedOperation,
  planAt,
} from './locate.ts';

/** An object of a request, with the capability that is asked of it. */
export type AskedObject = Located & { readonly capability: Capability };

/** Finds what a request is about, as its route declares it. What is not there is refused here, in the words of `absent`. */
export async function* locateObjects(
  db: Kysely<Tables>,
  given: { readonly capability: Capability; readonly of: readonly RouteObject[]; readonly parsed: ParsedParts },
): AsyncGenerator<AskedObject> {
  for (const each of given.of) {
    if (each.kind === 'scope') continue;
    const capability = each.asks ?? given.capability;
    for await (const found of locate(db, { object: each, parsed: given.parsed }))
      yield { ...found, capability: found.asks ?? capability };
  }
}

type Locatable = Exclude<RouteObject, { kind: 'scope' }>;

/** How each kind of object is found. What a request leaves out is not looked for. */
async function* locate(
  db: Kysely<Tables>,
  given: { readonly object: Locatable; readonly parsed: ParsedParts },
): Locating {
  const { object, parsed } = given;
  const text = (at: At | undefined) => textAt(parsed, at);
  const named = (at: At, find: (reference: string) => Locating): Locating => {
    const reference = text(at);
    return reference === undefined ? none() : find(reference);
  };
  switch (object.kind) {
    case 'environment':
      return yield* named(object.environment, (reference) => locateEnvironment(db, reference));
    case 'application':
      return yield* named(object.application, (reference) => locateApplication(db, reference, object.in));
    case 'place':
      return yield* named(object.application, (application) =>
        locatePlace(db, { environment: text(object.environment) ?? '', application }),
      );
    case 'operations':
      return yield* locateNamed(db, { object, parsed });
    case 'applications':
      for (const { application } of namedAt(parsed, object.applications))
        yield* locateApplication(db, application, 'some');
      return;
    case 'site':
      return yield* named(object.site, (site) => locateSite(db, { site, application: text(object.application) }));
    case 'build':
      return yield* named(object.build, (reference) => locateBuild(db, reference));
    case 'plan':
      return yield* named(object.plan, (plan) => locatePlan(db, { plan, elsewhere: text(object.elsewhere) }));
    case 'release':
      return yield* named(object.release, (reference) => locateRelease(db, reference));
    case 'hotfix':
      return yield* named(object.hotfix, (reference) => locateHotfix(db, reference));
    case 'quarantine':
      return yield* named(object.quarantine, (reference) => locateQuarantine(db, reference));
    case 'hold':
      return yield* named(object.hold, (hold) => locateHold(db, { environment: text(object.environment) ?? '', hold }));
  }
}

async function* none(): Locating {}

async function* locateNamed(
  db: Kysely<Tables>,
  given: { readonly object: Extract<Locatable, { kind: 'operations' }>; readonly parsed: ParsedParts },
): Locating {
  const { object, parsed } = given;
  const operations = namedAt(parsed, object.operations);
  const reference =
    object.plan === undefined
      ? (textAt(parsed, object.environment) ?? '')
      : (await planAt(db, textAt(parsed, object.plan) ?? '')).environment.id;
  yield* locateOperations(db, { environment: await environmentAt(db, reference), reference, operations });
}

/** What stands at a place of a parsed request; undefined where nothing does. */
function valueAt(parsed: ParsedParts, at: At): unknown {
  return at
    .split('.')
    .reduce<unknown>(
      (value, key) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, key)
          ? (value as Readonly<Record<string, unknown>>)[key]
          : undefined,
      parsed,
    );
}

function textAt(parsed: ParsedParts, at: At | undefined): string | undefined {
  const value = at === undefined ? undefined : valueAt(parsed, at);
  return typeof value === 'string' ? value : undefined;
}

/** What a list names: its texts, or what its items call `application`, with where a build comes from. */
function namedAt(parsed: ParsedParts, at: At): readonly NamedOperation[] {
  const value = valueAt(parsed, at);
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: unknown): readonly NamedOperation[] => {
    if (typeof item === 'string') return [{ application: item }];
    const found = namedOperation.safeParse(item);
    if (!found.success) return [];
    const { application, kind, source } = found.data;
    return [{ application, stays: kind === 'leave', fromEnvironment: source?.environment, fromPlan: source?.plan }];
  });
}

const namedOperation = z.object({
  application: z.string(),
  kind: z.string().optional(),
  source: z.object({ environment: z.string().optional(), plan: z.string().optional() }).optional(),
});
