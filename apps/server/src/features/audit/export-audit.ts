import type { AuditLine } from '@almanac/protocol';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '#tables';
import { type AuditQuestion, filtered } from './filter-audit.ts';

/** Entries that are read at once. */
const chunk = 1000;

const columns = ['sequence', 'at', 'actor', 'action', 'subject', 'detail', 'before', 'after', 'hash'] as const;

/** The sealed entries, oldest first, a line each; a chunk at a time, so that the length of the record costs no memory. */
export async function* exportAudit(
  db: Kysely<Tables>,
  given: AuditQuestion & { readonly format: 'jsonl' | 'csv' },
): AsyncGenerator<string> {
  const lineOf = given.format === 'csv' ? csvLine : (entry: AuditLine) => `${JSON.stringify(entry)}\n`;
  if (given.format === 'csv') yield `${columns.join(',')}\r\n`;
  for (let after = 0; ; ) {
    const rows = await filtered(db.selectFrom('audit'), given)
      .select(['sequence', 'at', 'actor', 'action', 'subject', 'hash', 'beforeDigest', 'afterDigest'])
      .select(sql<string>`detail::text`.as('text'))
      .where('sequence', '>', after)
      .orderBy('sequence')
      .limit(chunk)
      .execute();
    const lines = rows.map(({ sequence, at, hash, beforeDigest, afterDigest, text, ...rest }) =>
      lineOf({
        sequence: sequence ?? 0,
        at: at.toISOString(),
        ...rest,
        detail: text,
        before: beforeDigest,
        after: afterDigest,
        hash: hash ?? '',
      }),
    );
    if (lines.length > 0) yield lines.join('');
    if (rows.length < chunk) return;
    after = rows.at(-1)?.sequence ?? after;
  }
}

function csvLine(entry: AuditLine): string {
  return `${columns.map((column) => cell(entry[column])).join(',')}\r\n`;
}

/** A value that a spreadsheet takes for a formula gets an apostrophe in front, and is then a text. */
function cell(value: string | number | null): string {
  if (value === null) return '';
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
