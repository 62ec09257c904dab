import { type Fault, refuse } from '@almanac/domain';
import type { Route } from '@almanac/protocol';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';

export interface ParsedParts {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

/** Builders and agents of another release may ask for more than this server knows. */
const ofMachines: ReadonlySet<Route['permission']> = new Set(['builder', 'agent'] as const);

/** Parses what a route declares; every fault is told, with a pointer to where it stands. */
export function parseRequest(route: Route, request: FastifyRequest): ParsedParts {
  const faults: Fault[] = ofMachines.has(route.permission) ? [] : [...undeclaredParameters(route, request)];
  const part = (schema: z.ZodType | undefined, value: unknown, prefix: string): unknown => {
    if (schema === undefined) return undefined;
    const unstorable = unstorableText(value);
    if (unstorable !== undefined) {
      faults.push({ pointer: pointerOf(prefix, unstorable), detail: 'a text with a NUL, or with half a character' });
      return undefined;
    }
    const result = schema.safeParse(value ?? {});
    if (result.success) return result.data;
    faults.push(
      ...result.error.issues.map((issue) => ({ pointer: pointerOf(prefix, issue.path), detail: issue.message })),
    );
    return undefined;
  };
  const parsed = {
    params: part(route.params, request.params, '/params'),
    query: part(route.query, request.query, '/query'),
    body: route.raw === 'request' ? request.body : part(route.body, request.body, ''),
  };
  if (faults.length === 0) return parsed;
  const [first] = faults;
  const more = faults.length === 1 ? '' : ` (and ${faults.length - 1} more)`;
  return refuse('invalid-request', `${first?.pointer}: ${first?.detail}${more}`, faults);
}

/** A filter that is nearly spelled right must not become no filter. */
function undeclaredParameters(route: Route, request: FastifyRequest): readonly Fault[] {
  const declared = Object.keys(route.query?.shape ?? {});
  return Object.keys(request.query ?? {})
    .filter((key) => !declared.includes(key))
    .map((key) => ({
      pointer: pointerOf('/query', [key]),
      detail: `no parameter of this address, which takes ${declared.length === 0 ? 'none' : declared.join(', ')}`,
    }));
}

/** The revision of `If-Match`, where the route asks for it. */
export function expectedRevision(route: Route, request: FastifyRequest): number {
  if (route.ifMatch !== true) return 0;
  const header = request.headers['if-match'];
  if (header === undefined)
    return refuse('revision-required', 'read it first, and send the revision that you read as If-Match');
  const revision = Number(/^(?:W\/)?"(\d+)"$/.exec(header)?.[1]);
  return Number.isInteger(revision) ? revision : refuse('invalid-request', 'If-Match is a revision in quotes');
}

/**
 * Where a text stands that no database keeps: with a NUL, or with one half of a pair of UTF-16. Values come from JSON or from
 * an address, so there are no circles; their depth is bounded by the size of a request, so this goes without recursion.
 */
function unstorableText(value: unknown): readonly string[] | undefined {
  const open: { readonly value: unknown; readonly path: readonly string[] }[] = [{ value, path: [] }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value: found, path } = next;
    if (typeof found === 'string') {
      if (found.includes('\u0000') || !found.isWellFormed()) return path;
    } else if (typeof found === 'object' && found !== null)
      for (const [key, each] of Object.entries(found)) {
        if (key.includes('\u0000') || !key.isWellFormed()) return path;
        if (typeof each === 'string' || typeof each === 'object') open.push({ value: each, path: [...path, key] });
      }
  }
  return undefined;
}

function pointerOf(prefix: string, path: readonly PropertyKey[]): string {
  return prefix + path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
