import { open } from 'node:fs/promises';
import type { AuditCheckpoint } from '@almanac/domain';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '#tables';

/** Where checkpoints go, out of reach of whoever may write the database: a file on another volume, or a receiver over HTTP. */
export type AuditSink =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'http'; readonly url: string };

/** How long a receiver may take, in milliseconds. */
const patience = 10_000;

/** Gives what was not delivered yet to the sink, oldest first; what fails stays for the next time. */
export async function deliverCheckpoints(db: Kysely<Tables>, sink: AuditSink, signal: AbortSignal): Promise<void> {
  const waiting = await db
    .selectFrom('auditCheckpoints')
    .select(['sequence', 'hash', 'at', 'keyId', 'signature'])
    .where('deliveredAt', 'is', null)
    .orderBy('sequence')
    .limit(100)
    .execute();
  for (const { at, ...rest } of waiting) {
    await deliver(sink, { ...rest, at: at.toISOString() }, signal);
    await db
      .updateTable('auditCheckpoints')
      .set({ deliveredAt: sql`now()` })
      .where('sequence', '=', rest.sequence)
      .execute();
  }
}

async function deliver(sink: AuditSink, checkpoint: AuditCheckpoint, signal: AbortSignal): Promise<void> {
  const line = JSON.stringify(checkpoint);
  if (sink.kind === 'file') {
    const file = await open(sink.path, 'a', 0o600);
    try {
      await file.appendFile(`${line}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    return;
  }
  const answer = await fetch(sink.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: line,
    redirect: 'error',
    signal: AbortSignal.any([signal, AbortSignal.timeout(patience)]),
  });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`the receiver of audit checkpoints answered ${answer.status}`);
}
