import {
  applyScimPatch,
  readScimPatch,
  readScimSelection,
  refuse,
  type ScimResource,
  type ScimSchema,
  type ScimSelection,
} from '@almanac/domain';
import type { Kysely } from 'kysely';
import { beginAccessChange } from '#features/access';
import type { ProviderRow } from '#features/identity-providers';
import type { CommandContext } from '#platform/http';
import type { Tables } from '#tables';
import {
  etagOf,
  isKnown,
  listOf,
  pageIn,
  parameterIn,
  refuseOtherVersion,
  type ScimAnswer,
  type ScimOperation,
  type ScimPage,
  type ScimRequest,
} from './scim-request.ts';

interface Versioned {
  readonly id: string;
  readonly version: number;
}

/** What is particular to Users, or to Groups. Whoever changes something says it to the audit, in the same transaction. */
export interface ResourceKind<Row extends Versioned> {
  readonly schema: ScimSchema;
  readonly find: (db: Kysely<Tables>, provider: ProviderRow, id: string) => Promise<Row>;
  readonly list: (
    db: Kysely<Tables>,
    asked: { readonly provider: ProviderRow; readonly filter: string | undefined; readonly page: ScimPage },
  ) => Promise<{ readonly total: number; readonly rows: readonly Row[] }>;
  readonly present: (
    db: Kysely<Tables>,
    rows: readonly Row[],
    given: { readonly url: string; readonly selection: ScimSelection },
  ) => Promise<readonly object[]>;
  readonly create: (context: CommandContext, provider: ProviderRow, document: unknown) => Promise<Row>;
  /** Changes it to what `after` makes of what is there. */
  readonly change: (
    context: CommandContext,
    provider: ProviderRow,
    given: { readonly row: Row; readonly after: (before: ScimResource) => unknown },
  ) => Promise<Row>;
  readonly remove: (context: CommandContext, provider: ProviderRow, row: Row) => Promise<void>;
  /** What a whole resource may leave out: it stays, since nothing was said of it. */
  readonly stays: readonly string[];
  /** Whether a patch is answered with all of the resource, or, as far as nothing is asked for, with nothing. */
  readonly patchAnswer: 200 | 204;
}

type Operations<Name extends string> = Readonly<Record<Name, ScimOperation>>;

/** Reading and changing resources, which goes the same way for each kind (RFC 7644, section 3). */
export function resourceOperations<Row extends Versioned>(
  kind: ResourceKind<Row>,
): Operations<'list' | 'get' | 'create' | 'replace' | 'patch' | 'remove'> {
  return { ...readingOperations(kind), ...changingOperations(kind) };
}

function readingOperations<Row extends Versioned>(kind: ResourceKind<Row>): Operations<'list' | 'get'> {
  return {
    list: {
      kind: 'read',
      handle: async (db, request) => {
        const page = pageIn(request);
        const selection = selectionOf(kind.schema, request);
        const filter = parameterIn(request, 'filter');
        const { total, rows } = await kind.list(db, { provider: request.provider, filter, page });
        const resources = await kind.present(db, rows, { url: request.url, selection });
        return { status: 200, body: listOf(page, { total, resources }) };
      },
    },
    get: {
      kind: 'read',
      handle: async (db, request) => {
        const row = await kind.find(db, request.provider, request.id);
        return isKnown(request, row.version)
          ? { status: 304, etag: etagOf(row.version) }
          : answer(kind, { db, request, row, status: 200 });
      },
    },
  };
}

function changingOperations<Row extends Versioned>(
  kind: ResourceKind<Row>,
): Operations<'create' | 'replace' | 'patch' | 'remove'> {
  return {
    create: {
      kind: 'command',
      handle: async (context, request) => {
        await beginAccessChange(context);
        const row = await kind.create(context, request.provider, request.body);
        return answer(kind, { db: context.db, request, row, status: 201 });
      },
    },
    replace: {
      kind: 'command',
      handle: async (context, request) => {
        const after = (before: ScimResource) => wholeOf(request.body, before, kind.stays);
        const row = await kind.change(context, request.provider, { row: await hold(kind, context, request), after });
        return answer(kind, { db: context.db, request, row, status: 200 });
      },
    },
    patch: {
      kind: 'command',
      handle: async (context, request) => {
        const operations = readScimPatch(request.body);
        const after = (before: ScimResource) => applyScimPatch(kind.schema, before, operations);
        const row = await kind.change(context, request.provider, { row: await hold(kind, context, request), after });
        return kind.patchAnswer === 204 && parameterIn(request, 'attributes') === undefined
          ? { status: 204, etag: etagOf(row.version) }
          : answer(kind, { db: context.db, request, row, status: 200 });
      },
    },
    remove: {
      kind: 'command',
      handle: async (context, request) => {
        await kind.remove(context, request.provider, await hold(kind, context, request));
        return { status: 204 };
      },
    },
  };
}

/** The resource as it stands while nobody else changes access. */
async function hold<Row extends Versioned>(
  kind: ResourceKind<Row>,
  context: CommandContext,
  request: ScimRequest,
): Promise<Row> {
  await beginAccessChange(context);
  const row = await kind.find(context.db, request.provider, request.id);
  refuseOtherVersion(request, row.version);
  return row;
}

async function answer<Row extends Versioned>(
  kind: ResourceKind<Row>,
  given: {
    readonly db: Kysely<Tables>;
    readonly request: ScimRequest;
    readonly row: Row;
    readonly status: 200 | 201;
  },
): Promise<ScimAnswer> {
  const { db, request, row, status } = given;
  const selection = selectionOf(kind.schema, request);
  const [body] = await kind.present(db, [row], { url: request.url, selection });
  if (body === undefined) return refuse('not-found', `the ${kind.schema.name} is gone`);
  return { status, body, etag: etagOf(row.version), location: `${request.url}/${kind.schema.name}s/${row.id}` };
}

function selectionOf(schema: ScimSchema, request: ScimRequest): ScimSelection {
  return readScimSelection(schema, {
    attributes: parameterIn(request, 'attributes'),
    excludedAttributes: parameterIn(request, 'excludedAttributes'),
  });
}

function wholeOf(document: unknown, before: ScimResource, stays: readonly string[]): unknown {
  if (typeof document !== 'object' || document === null) return document;
  return { ...Object.fromEntries(stays.map((each) => [each, before[each]])), ...document };
}
