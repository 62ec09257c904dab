import type { FastifyInstance } from 'fastify';
import type { Kysely } from 'kysely';
import type { Registry } from 'prom-client';
import type { Tables } from '../../tables.ts';
import type { CommandContext, Endpoint, InTransaction } from '../http/endpoint.ts';

/** What a feature gets when it starts to work in the background. */
export interface BackgroundContext {
  readonly db: Kysely<Tables>;
  readonly inTransaction: InTransaction;
  readonly signal: AbortSignal;
}

/** A background job: graphile-worker calls it with the payload that was enqueued. Must be safe to repeat. */
export interface Task {
  readonly name: string;
  readonly run: (context: BackgroundContext, payload: unknown) => Promise<void>;
}

/** Something that runs again and again on every node, such as a sweeper; must be safe on several nodes at once. */
export interface Periodic {
  readonly name: string;
  readonly everyMs: number;
  readonly run: (context: BackgroundContext) => Promise<void>;
}

/** What one feature contributes to the server. Nothing registers itself: the list of features is a value. */
export interface Feature {
  readonly name: string;
  readonly endpoints: readonly Endpoint[];
  readonly tasks?: readonly Task[];
  readonly periodics?: readonly Periodic[];
  /** Deals with the first start on what was restored from a backup: the world has moved on since it was taken. */
  readonly afterRestore?: (context: CommandContext) => Promise<void>;
  /** Adds its own measures to those of the server. */
  readonly measure?: (registry: Registry) => void;
  /** Mounts what is not an operation of the route table, such as the WebSocket of the agents. */
  readonly mount?: (server: FastifyInstance, context: BackgroundContext) => Promise<void>;
}
