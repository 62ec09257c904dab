import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Route } from './route.ts';
import { routes } from './routes.ts';

interface Described {
  readonly properties?: Readonly<Record<string, Described>>;
  readonly anyOf?: readonly Described[];
  readonly oneOf?: readonly Described[];
}

/** Whether a schema has a member at a place, in one of its forms. */
function has(schema: Described | undefined, [key, ...rest]: readonly string[]): boolean {
  if (key === undefined) return schema !== undefined;
  const forms = [schema, ...(schema?.anyOf ?? []), ...(schema?.oneOf ?? [])];
  return forms.some((form) => has(form?.properties?.[key], rest));
}

function partsOf(route: Route): Described {
  const described = (schema: z.ZodType | undefined): Described =>
    schema === undefined ? {} : (z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Described);
  return {
    properties: { params: described(route.params), query: described(route.query), body: described(route.body) },
  };
}

const placesOf = (route: Route) =>
  (route.of ?? []).flatMap((object) => Object.values(object).filter((each) => /^(params|query|body)\./.test(each)));

const asking = Object.entries<Route>(routes).filter(([, route]) => route.of !== undefined);

describe('what a route asks its capability of', () => {
  it.each(asking)('stands where its schemas have it: %s', (_name, route) => {
    const parts = partsOf(route);

    expect(placesOf(route).filter((at) => !has(parts, at.split('.')))).toEqual([]);
  });

  it.each(asking)('is every object that its address names: %s', (_name, route) => {
    const objects = /:(application|environment|site|build|plan|release|hotfix|quarantine|hold)\b/g;
    const named = [...route.path.matchAll(objects)].map(([, name]) => `params.${name}`);

    expect(placesOf(route)).toEqual(expect.arrayContaining(named));
  });

  it.each(asking)('is an object, or rows of which each is asked about: %s', (_name, route) => {
    expect(route.of?.length).toBeGreaterThan(0);
  });
});
