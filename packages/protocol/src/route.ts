import type { AuditAction, Capability, Entrance, Permission } from '@almanac/domain';
import type { z } from 'zod';
import type { RouteObject } from './route-object.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * What a route asks of its caller: a capability is asked of an object, and there is no route that forgets to say of which.
 * This table decides who may call what, and the permission matrix is tested against it.
 */
type Asked =
  | { readonly permission: Exclude<Permission, `capability:${Capability}`>; readonly of?: never }
  | {
      readonly permission: `capability:${Capability}`;
      readonly of: readonly [RouteObject, ...(readonly RouteObject[])];
    };

/**
 * One operation of the REST API. The server mounts it, the client calls it and OpenAPI describes it, all from
 * this one value.
 */
export type Route = Asked & RouteParts;

interface RouteParts {
  readonly method: Method;
  /** Below `/api/v1`, with parameters as `:name`. */
  readonly path: `/${string}`;
  readonly summary: string;
  /**
   * Whether people must have proved who they are within the last minutes: it is sensitive. `in-production` where that holds
   * only for what concerns a production environment; the handler asks once it knows.
   */
  readonly stepUp?: true | 'in-production';
  /**
   * The audit event that a successful change writes; null for what only reads. A machine's own bookkeeping, which
   * nobody commanded, is not audited and says why.
   */
  readonly audit: AuditAction | null | { readonly notAudited: string };
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** Body of the answer; absent means 204. */
  readonly response?: z.ZodType;
  /** Status of success when it is not 200 (or 204 without a response). */
  readonly status?: 201 | 202;
  /** Whether the change must say which revision it expects (`If-Match`). */
  readonly ifMatch?: true;
  /** By which entrance it is used; by the console or the API, as the credential says, where it is absent. */
  readonly entrance?: Extract<Entrance, 'agents'>;
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
