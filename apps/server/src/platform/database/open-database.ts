import { CamelCasePlugin, Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Tables } from '../../tables.ts';

export interface Database {
  readonly db: Kysely<Tables>;
  readonly pool: pg.Pool;
  readonly close: () => Promise<void>;
}

/** 64-bit integers of ours count rows, bytes and positions: they stay far below 2^53. */
const int8 = 20;

/** Opens a pool; a connection that breaks is logged and replaced, never the end of the process. */
export function openDatabase(input: {
  readonly config: pg.PoolConfig;
  readonly onError: (error: Error) => void;
}): Database {
  const types: pg.CustomTypesConfig = {
    // `pg` types the parser's result as any; only the one integer type is changed.
    getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
      oid === int8 ? Number : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
  };
  const pool = new pg.Pool({
    max: 20,
    idleTimeoutMillis: 30_000,
    connectionTimeoutMillis: 15_000,
    statement_timeout: 30_000,
    idle_in_transaction_session_timeout: 60_000,
    ...input.config,
    types,
  });
  let closed = false;
  // The pool says that it ended before its sockets did: what they say afterwards is the end of PostgreSQL itself.
  const complain = (error: Error) => {
    if (!closed) input.onError(error);
  };
  pool.on('error', complain);
  pool.on('connect', (client) => client.on('error', complain));
  const db = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  });
  return {
    db,
    pool,
    close: async () => {
      closed = true;
      await db.destroy();
    },
  };
}
