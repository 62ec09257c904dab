import type { JobId } from '@almanac/domain';
import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { CommandContext } from '#platform/http';
import type { Tables } from '#tables';

/** More of a log is not kept: it says so where it was cut. */
export const largestLog = 16 * 1024 * 1024;
const cutNotice = '\n… the log is longer than 16 MiB; the rest is not kept …\n';

/** What became of text that was to be appended. */
export interface Appended {
  /** The offset that comes next. */
  readonly next: number;
  /** Nothing more is kept. */
  readonly full: boolean;
  readonly grown: boolean;
}

/** Appends text at an offset of the job's present attempt; what is there already is skipped. */
export async function appendLog(
  context: CommandContext,
  input: {
    readonly job: { readonly id: JobId; readonly logStart: number };
    readonly offset: number;
    readonly text: string;
  },
): Promise<Appended> {
  const { id, logStart } = input.job;
  const bytes = Buffer.from(input.text, 'utf8');
  const appended = await appendAt(context, { job: id, offset: logStart + input.offset, bytes });
  return { ...appended, next: appended.next - logStart };
}

async function appendAt(
  context: CommandContext,
  input: { readonly job: JobId; readonly offset: number; readonly bytes: Buffer },
): Promise<Appended> {
  const { bytes } = input;
  const end = await logEnd(context.db, input.job);
  const next = input.offset + bytes.length;
  if (end >= largestLog) return { next, full: true, grown: false };
  if (input.offset > end) return { next: end, full: false, grown: false };
  if (next <= end) return { next, full: false, grown: false };
  const fresh = bytes.subarray(end - input.offset);
  const text = next >= largestLog ? cutNotice : fresh.toString('utf8').replaceAll('\0', '\ufffd');
  await context.db.insertInto('buildLogs').values({ jobId: input.job, startByte: end, endByte: next, text }).execute();
  return { next, full: next >= largestLog, grown: true };
}

async function logEnd(db: Kysely<Tables>, job: JobId): Promise<number> {
  const { end } = await db
    .selectFrom('buildLogs')
    .select(sql<number>`coalesce(max(end_byte), 0)`.as('end'))
    .where('jobId', '=', job)
    .executeTakeFirstOrThrow();
  return end;
}

/** Text from an offset on, at most about a megabyte of it. */
export async function readLog(
  db: Kysely<Tables>,
  input: { readonly job: JobId; readonly after: number },
): Promise<{ readonly text: string; readonly next: number; readonly more: boolean }> {
  const rows = await db
    .selectFrom('buildLogs')
    .selectAll()
    .where('jobId', '=', input.job)
    .where('endByte', '>', input.after)
    .orderBy('startByte')
    .limit(20)
    .execute();
  const parts = rows.map((row) =>
    row.startByte >= input.after
      ? row.text
      : Buffer.from(row.text, 'utf8')
          .subarray(input.after - row.startByte)
          .toString('utf8'),
  );
  return { text: parts.join(''), next: rows.at(-1)?.endByte ?? input.after, more: rows.length === 20 };
}
