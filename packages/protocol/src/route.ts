import type { Permission } from '@almanac/domain';
import type { z } from 'zod';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * One operation of the REST API. The server mounts it, the client calls it and OpenAPI describes it, all from
 * this one value.
 */
export interface Route {
  readonly method: Method;
  /** Below `/api/v1`, with parameters as `:name`. */
  readonly path: `/${string}`;
  readonly summary: string;
  readonly permission: Permission;
  /**
   * The audit event that a successful change writes; null for what only reads. A machine's own bookkeeping, which
   * nobody commanded, is not audited and says why.
   */
  readonly audit: string | null | { readonly notAudited: string };
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** Body of the answer; absent means 204. */
  readonly response?: z.ZodType;
  /** Status of success when it is not 200 (or 204 without a response). */
  readonly status?: 201 | 202;
  /** Whether the change must say which revision it expects (`If-Match`). */
  readonly ifMatch?: true;
  /** What is sent or answered as raw bytes instead of JSON. */
  readonly raw?: 'request' | 'response';
}

/** Keeps the literal types of a route, so that client and server infer its parts. */
export function route<const R extends Route>(definition: R): R {
  return definition;
}

type Output<T> = T extends z.ZodType ? z.output<T> : undefined;
type Input<T> = T extends z.ZodType ? z.input<T> : undefined;

/** What a handler receives: parsed, with defaults filled in. */
export interface ParsedRequest<R extends Route> {
  readonly params: Output<R['params']>;
  readonly query: Output<R['query']>;
  readonly body: Output<R['body']>;
}
/** What a caller gives. */
export interface CallInput<R extends Route> {
  readonly params: Input<R['params']>;
  readonly query: Input<R['query']>;
  readonly body: Input<R['body']>;
}
export type ResponseOf<R extends Route> = R['response'] extends z.ZodType ? z.output<R['response']> : undefined;
export type ResponseInput<R extends Route> = R['response'] extends z.ZodType ? z.input<R['response']> : undefined;
