import { refuse } from '@almanac/domain';
import type { Kysely } from 'kysely';
import type { ProviderRow } from '#features/identity-providers';
import type { CommandContext } from '#platform/http';
import type { Tables } from '#tables';

/** A request of a SCIM client, once it is known whose it is. */
export interface ScimRequest {
  readonly provider: ProviderRow;
  /** Where SCIM is spoken: addresses of resources begin with it. */
  readonly url: string;
  /** The key in the address; empty where there is none. */
  readonly id: string;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
}

export interface ScimAnswer {
  readonly status: 200 | 201 | 204 | 304;
  readonly body?: object;
  readonly etag?: string;
  readonly location?: string;
}

/** What carries out an operation: in one transaction with its audit entry, unless it only reads. */
export type ScimOperation =
  | { readonly kind: 'read'; readonly handle: (db: Kysely<Tables>, request: ScimRequest) => Promise<ScimAnswer> }
  | {
      readonly kind: 'command';
      readonly handle: (context: CommandContext, request: ScimRequest) => Promise<ScimAnswer>;
    };

/** One parameter of the query; a name that stands there twice is refused, because nobody knows which one counts. */
export function parameterIn({ query }: Pick<ScimRequest, 'query'>, name: string): string | undefined {
  const value = query[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'string') return refuse('invalid-value', `${name} stands there once`);
  return value;
}

export interface ScimPage {
  /** The place of the first one, from 1. */
  readonly startIndex: number;
  readonly count: number;
}

/** Of resources in one answer. */
export const mostResources = 100;

/** Which part of a list is wanted (RFC 7644, section 3.4.2.4): values below what makes sense mean the least that does. */
export function pageIn(request: ScimRequest): ScimPage {
  const numberIn = (name: string, otherwise: number): number => {
    const text = parameterIn(request, name);
    if (text === undefined) return otherwise;
    return /^[+-]?\d{1,9}$/.test(text) ? Number(text) : refuse('invalid-value', `${name} is a whole number`);
  };
  return {
    startIndex: Math.max(1, numberIn('startIndex', 1)),
    count: Math.min(mostResources, Math.max(0, numberIn('count', mostResources))),
  };
}

export function listOf(
  page: ScimPage,
  found: { readonly total: number; readonly resources: readonly object[] },
): object {
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults: found.total,
    startIndex: page.startIndex,
    itemsPerPage: found.resources.length,
    Resources: found.resources,
  };
}

export function etagOf(version: number): string {
  return `W/"${version}"`;
}

/**
 * Refuses a change of what is not as the client knows it, where it says how it knows it.
 *
 * @throws {DomainError} `revision-mismatch`
 */
export function refuseOtherVersion({ ifMatch }: Pick<ScimRequest, 'ifMatch'>, version: number): void {
  if (ifMatch !== undefined && !names(ifMatch, version))
    refuse('revision-mismatch', `it is at version ${etagOf(version)} now; read it again`);
}

export function isKnown({ ifNoneMatch }: Pick<ScimRequest, 'ifNoneMatch'>, version: number): boolean {
  return ifNoneMatch !== undefined && names(ifNoneMatch, version);
}

function names(header: string, version: number): boolean {
  const tags = header.split(',').map((each) => each.trim().replace(/^W\//, ''));
  return tags.includes('*') || tags.includes(`"${version}"`);
}
