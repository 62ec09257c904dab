import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type Actor, type AuditAction, actorName } from '@almanac/domain';
import { failpoint } from '@almanac/host';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Tables } from '../tables.ts';
import { databaseTime } from './database/index.ts';
import type { Access } from './http/access-guard.ts';
import type { AuditDraft, CommandContext, InTransaction } from './http/endpoint.ts';
import { newId } from './new-id.ts';

/**
 * Another transaction was in the way. Done again, the same work succeeds, or (23505, a unique value that somebody else
 * took meanwhile) sees what is there now and refuses in words.
 */
const retryable = new Set(['40001', '40P01', '23505']);
const mostAttempts = 5;

/**
 * Makes the one way in which anything is changed: one transaction with the change, its audit entry, its events and
 * its jobs in it. `onCommitted` is told afterwards, so that waiting readers look at once.
 */
export function createInTransaction(input: {
  readonly db: Kysely<Tables>;
  readonly accessOf: (actor: Actor) => Access;
  readonly onCommitted: () => void;
}): InTransaction {
  return async (options, command) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const result = await input.db
          .transaction()
          .execute((trx) => runCommand({ trx, access: input.accessOf(options.actor), ...options, command }));
        failpoint('command-after-commit');
        input.onCommitted();
        return result;
      } catch (error) {
        if (
          attempt >= mostAttempts ||
          !(error instanceof Error && 'code' in error && retryable.has(String(error.code)))
        )
          throw error;
        await pause(5 * 2 ** attempt * Math.random());
      }
    }
  };
}

async function runCommand<Result>(input: {
  readonly trx: Transaction<Tables>;
  readonly actor: Actor;
  readonly access: Access;
  readonly action: AuditAction | null;
  readonly command: (context: CommandContext) => Promise<Result>;
}): Promise<Result> {
  const { trx, action } = input;
  const now = await databaseTime(trx);
  let entry: AuditDraft | null = { subject: '' };
  const context: CommandContext = {
    actor: input.actor,
    access: input.access,
    db: trx,
    now,
    newId,
    record: (event) => recordAll(trx, [event]),
    recordAll: (events) => recordAll(trx, events),
    audit: (given) => {
      entry = given;
    },
    auditAfter: (after) => {
      if (entry !== null && entry.after === undefined) entry = { ...entry, after };
    },
    enqueue: async ({ task, key, payload, runAt, keepTime }) => {
      await sql`select graphile_worker.add_job(${task}::text, payload => ${JSON.stringify(payload)}::json, job_key => ${key}::text, job_key_mode => ${keepTime === true ? 'preserve_run_at' : 'replace'}::text, run_at => ${runAt ?? now}::timestamptz, max_attempts => 25)`.execute(
        trx,
      );
    },
  };
  const result = await input.command(context);
  if (action !== null && entry !== null) await writeAudit({ trx, now, actor: actorName(input.actor), action, entry });
  failpoint('command-before-commit');
  return result;
}

async function recordAll(trx: Transaction<Tables>, events: Parameters<CommandContext['recordAll']>[0]): Promise<void> {
  if (events.length === 0) return;
  await sql`insert into outbox (id, kind, subject) select * from unnest(${events.map(() => newId())}::uuid[],
    ${events.map((each) => each.kind)}::text[], ${events.map((each) => JSON.stringify(each.subject))}::jsonb[])`.execute(
    trx,
  );
}

/** Without a place in the chain: the sealer gives it one once this is committed. */
async function writeAudit(input: {
  readonly trx: Transaction<Tables>;
  readonly now: Date;
  readonly actor: string;
  readonly action: AuditAction;
  readonly entry: AuditDraft;
}): Promise<void> {
  const { trx, now, actor, action, entry } = input;
  await trx
    .insertInto('audit')
    .values({
      id: newId(),
      at: now,
      actor,
      action,
      subject: entry.subject,
      detail: JSON.stringify(entry.detail ?? {}),
      beforeDigest: digestOf(entry.before),
      afterDigest: digestOf(entry.after),
    })
    .execute();
}

/** SHA-256 of a value as JSON with sorted keys; null for one that is not told. */
function digestOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return createHash('sha256').update(JSON.stringify(value, sortKeys)).digest('hex');
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
