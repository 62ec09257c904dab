import { open } from 'node:fs/promises';
import type { AuditCheckpoint } from '@almanac/domain';
import type { Outbound } from '@almanac/host';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '#tables';

/** Where checkpoints go, out of reach of whoever may write the database: a file on another volume, or a receiver over HTTP. */
export type AuditSink =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'http'; readonly url: string };

/** Gives what was not delivered yet to the sink, oldest first; what fails stays for the next time. */
export async function deliverCheckpoints(
  db: Kysely<Tables>,
  to: { readonly sink: AuditSink; readonly outbound: Outbound; readonly signal: AbortSignal },
): Promise<void> {
  const waiting = await db
    .selectFrom('auditCheckpoints')
    .select(['sequence', 'hash', 'at', 'keyId', 'signature'])
    .where('deliveredAt', 'is', null)
    .orderBy('sequence')
    .limit(100)
    .execute();
  for (const { at, ...rest } of waiting) {
    await deliver(to, { ...rest, at: at.toISOString() });
    await db
      .updateTable('auditCheckpoints')
      .set({ deliveredAt: sql`now()` })
      .where('sequence', '=', rest.sequence)
      .execute();
  }
}

async function deliver(
  { sink, outbound, signal }: Parameters<typeof deliverCheckpoints>[1],
  checkpoint: AuditCheckpoint,
): Promise<void> {
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
  const { status } = await outbound.send({
    url: new URL(sink.url),
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: line,
    signal,
    mostBytes: 1024,
    longer: 'cut',
  });
  if (status < 200 || status > 299) throw new Error(`the receiver of audit checkpoints answered ${status}`);
}
