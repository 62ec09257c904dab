import type { Actor, AuditAction, Id } from '@almanac/domain';
import type { LiveEvent, OperationName, ParsedRequest, ResponseInput, Route, Routes } from '@almanac/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Kysely, Transaction } from 'kysely';
import type { ScopedDatabase } from '../../scope/index.ts';
import type { Tables } from '../../tables.ts';
import type { Access } from './access-guard.ts';
import type { Place } from './gate.ts';
import type { SessionCookie } from './request-identity.ts';

/**
 * The database that a read of a route gets, by what was decided before: where rows are shown or left out one by one, it lets
 * only those through, and a query without the scope does not type-check. Of an object that was asked for by name and allowed
 * it shows all.
 */
export type DatabaseOf<R extends Route> = R extends { readonly of: readonly (infer Objects)[] }
  ? [Extract<Objects, { readonly kind: 'scope' }>] extends [never]
    ? Kysely<Tables>
    : ScopedDatabase
  : Kysely<Tables>;

/** What a read needs: who asks, what they may see, and the database. */
export interface ReadContext<Database = Kysely<Tables>> {
  readonly actor: Actor;
  readonly access: Access;
  readonly db: Database;
  readonly signal: AbortSignal;
}

/** What an operation needs that streams or waits. */
export interface DirectContext<Database = Kysely<Tables>> extends ReadContext<Database> {
  readonly inTransaction: InTransaction;
  /** Waits for news without counting as work: see `Gate`. */
  readonly aside: Place['aside'];
}

/** What a change may be told to others once it is committed. */
export type EventDraft = Pick<LiveEvent, 'kind' | 'subject'>;

/** What the audit says of a command beside who did what, and when. */
export interface AuditDraft {
  readonly subject: string;
  readonly detail?: Readonly<Record<string, unknown>>;
  /** What is changed as it was, and as it is; only digests of them are kept. */
  readonly before?: unknown;
  readonly after?: unknown;
}

/** What a command needs: one transaction in which the change, its audit entry and its events commit together. */
export interface CommandContext {
  readonly actor: Actor;
  readonly access: Access;
  readonly db: Transaction<Tables>;
  /** The database's clock at the start of the transaction. */
  readonly now: Date;
  readonly newId: <Kind extends string>() => Id<Kind>;
  /** Puts an event into the outbox. */
  readonly record: (event: EventDraft) => Promise<void>;
  /** Puts many events into the outbox at once. */
  readonly recordAll: (events: readonly EventDraft[]) => Promise<void>;
  /**
   * Says what the audit entry of this command concerns; without it the path parameters are taken. With null there is
   * no entry: nothing was changed.
   */
  readonly audit: (entry: AuditDraft | null) => void;
  /** What the command leaves, unless its entry says so itself. */
  readonly auditAfter: (after: unknown) => void;
  /** Adds a graphile-worker job in the same transaction; one with the same key replaces an earlier one. */
  readonly enqueue: (job: {
    readonly task: string;
    readonly key: string;
    readonly payload: unknown;
    readonly runAt?: Date;
    /** Leaves the time of a job that waits already as it is, so that asking often puts nothing off. */
    readonly keepTime?: boolean;
  }) => Promise<void>;
}

/** Runs a command on behalf of an actor outside a request: timers, jobs, agents. Retries serialization failures. */
export type InTransaction = <Result>(
  input: { readonly actor: Actor; readonly action: AuditAction | null },
  command: (context: CommandContext) => Promise<Result>,
) => Promise<Result>;

export interface RequestExtras {
  /** The revision in `If-Match`; present when the route asks for it. */
  readonly expectedRevision: number;
  readonly http: {
    readonly request: FastifyRequest;
    readonly reply: FastifyReply;
    readonly sessionCookie: SessionCookie;
  };
}

type Handled<Name extends OperationName> = ParsedRequest<Routes[Name]> & RequestExtras;

export type Endpoint = { readonly [Name in OperationName]: TypedEndpoint<Name> }[OperationName];

export type TypedEndpoint<Name extends OperationName> =
  | {
      readonly operation: Name;
      readonly kind: 'read';
      readonly handle: (
        context: ReadContext<DatabaseOf<Routes[Name]>>,
        request: Handled<Name>,
      ) => Promise<ResponseInput<Routes[Name]>>;
    }
  | {
      readonly operation: Name;
      readonly kind: 'command';
      readonly handle: (context: CommandContext, request: Handled<Name>) => Promise<ResponseInput<Routes[Name]>>;
    }
  | {
      /** Answers by itself on the raw reply, or waits, and so opens its transactions itself. */
      readonly operation: Name;
      readonly kind: 'direct';
      readonly handle: (
        context: DirectContext<DatabaseOf<Routes[Name]>>,
        request: Handled<Name>,
      ) => Promise<ResponseInput<Routes[Name]>>;
    };

/** An operation that only reads. */
export function read<Name extends OperationName>(
  operation: Name,
  handle: (
    context: ReadContext<DatabaseOf<Routes[Name]>>,
    request: Handled<Name>,
  ) => Promise<ResponseInput<Routes[Name]>>,
): TypedEndpoint<Name> {
  return { operation, kind: 'read', handle };
}

/** An operation that changes something: its handler runs inside one transaction. */
export function command<Name extends OperationName>(
  operation: Name,
  handle: (context: CommandContext, request: Handled<Name>) => Promise<ResponseInput<Routes[Name]>>,
): TypedEndpoint<Name> {
  return { operation, kind: 'command', handle };
}

/** An operation that streams or waits. */
export function direct<Name extends OperationName>(
  operation: Name,
  handle: (
    context: DirectContext<DatabaseOf<Routes[Name]>>,
    request: Handled<Name>,
  ) => Promise<ResponseInput<Routes[Name]>>,
): TypedEndpoint<Name> {
  return { operation, kind: 'direct', handle };
}
