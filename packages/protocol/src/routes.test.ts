import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Route } from './route.ts';
import { routes } from './routes.ts';
import { type ScimRoute, scimRoutes } from './scim-routes.ts';

/** The objects that a body may be, whatever is around them. */
function objectsIn(schema: z.core.$ZodType): readonly z.core.$ZodObject[] {
  if (schema instanceof z.core.$ZodObject) return [schema];
  if (schema instanceof z.core.$ZodUnion) return schema._zod.def.options.flatMap(objectsIn);
  if (schema instanceof z.core.$ZodPipe) return objectsIn(schema._zod.def.in);
  const { $ZodOptional, $ZodDefault, $ZodPrefault } = z.core;
  if (schema instanceof $ZodOptional || schema instanceof $ZodDefault || schema instanceof $ZodPrefault)
    return objectsIn(schema._zod.def.innerType);
  throw new Error(`a body is a ${schema._zod.def.type}`);
}

/** Where in a schema objects stand that take members which nobody declared. */
function openObjectsIn(schema: unknown, at = ''): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const isOpen = 'type' in schema && schema.type === 'object' && !('additionalProperties' in schema);
  return [
    ...(isOpen ? [at] : []),
    ...Object.entries(schema).flatMap(([key, inner]) => openObjectsIn(inner, `${at}/${key}`)),
  ];
}

describe('a body that people send', () => {
  // Builders and agents of another release than the server may say more than it knows.
  const ofMachines = new Set(['enrolAgent']);
  const bodies = Object.entries<Route>(routes).flatMap(([name, { body, permission }]) =>
    body === undefined || permission === 'builder' || ofMachines.has(name) ? [] : [[name, body] as const],
  );

  it.each(bodies)('of %s has no member that nobody declared', (_, body) => {
    const objects = objectsIn(body);

    expect(objects.length).toBeGreaterThan(0);
    for (const each of objects) expect(each._zod.def.catchall?._zod.def.type).toBe('never');
  });

  // What a browser makes of a passkey may grow with browsers.
  const ofBrowsers = new Set(['addPasskey', 'signInWithPasskey', 'giveProof']);

  it.each(bodies.filter(([name]) => !ofBrowsers.has(name)))('of %s has none anywhere inside', (_, body) => {
    expect(openObjectsIn(z.toJSONSchema(body, { io: 'input', unrepresentable: 'any', reused: 'inline' }))).toEqual([]);
  });
});

describe('an operation of SCIM', () => {
  it.each(Object.entries<ScimRoute>(scimRoutes))(
    '%s asks for a token for SCIM, and is audited where it changes anything',
    (_, route) => {
      expect(route.permission).toBe('scim-client');
      expect(route.audit === null).toBe(route.method === 'GET');
    },
  );
});
