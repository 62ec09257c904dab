import { type Fault, refuse } from '@almanac/domain';
import type { Route } from '@almanac/protocol';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';

export interface ParsedParts {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

/** Parses what a route declares; every fault is told, with a pointer to where it stands. */
export function parseRequest(route: Route, request: FastifyRequest): ParsedParts {
  const faults: Fault[] = [];
  const part = (schema: z.ZodType | undefined, value: unknown, prefix: string): unknown => {
    if (schema === undefined) return undefined;
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

/** The revision of `If-Match`, where the route asks for it. */
export function expectedRevision(route: Route, request: FastifyRequest): number {
  if (route.ifMatch !== true) return 0;
  const header = request.headers['if-match'];
  if (header === undefined)
    return refuse('revision-required', 'read it first, and send the revision that you read as If-Match');
  const revision = Number(/^(?:W\/)?"(\d+)"$/.exec(header)?.[1]);
  return Number.isInteger(revision) ? revision : refuse('invalid-request', 'If-Match is a revision in quotes');
}

function pointerOf(prefix: string, path: readonly PropertyKey[]): string {
  return prefix + path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
