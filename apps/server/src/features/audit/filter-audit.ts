import { auditActionsIn, auditCategories, type readableAudit, refuse } from '@almanac/domain';
import type { AuditFilter } from '@almanac/protocol';
import type { SelectQueryBuilder } from 'kysely';
import type { Tables } from '#tables';

/** What is asked for of the audit, and what of it whoever asks may read. */
export interface AuditQuestion {
  readonly filter: AuditFilter;
  readonly readable: ReturnType<typeof readableAudit>;
}

/**
 * Refuses to say anything of a category that whoever asks may not read.
 *
 * @throws {DomainError} `not-permitted`
 */
export function refuseUnreadable({ filter: { category }, readable }: AuditQuestion): void {
  if (category !== undefined && readable !== 'all' && !readable.includes(category))
    refuse('not-permitted', `you may not read the category ${category} of the audit, only ${readable.join(', ')}`);
}

/** Restricts a query of the audit to what was asked for, and to what may be read. */
export function filtered<Row>(
  query: SelectQueryBuilder<Tables, 'audit', Row>,
  { filter, readable }: AuditQuestion,
): SelectQueryBuilder<Tables, 'audit', Row> {
  const { actor, action, subject, from, to, category } = filter;
  const readableIn = readable === 'all' ? auditCategories : readable;
  const shown = category === undefined ? readableIn : readableIn.filter((each) => each === category);
  return query
    .$if(readable !== 'all' || category !== undefined, (each) =>
      each.where((where) => where('action', '=', where.fn.any(where.val([...auditActionsIn(shown)])))),
    )
    .$if(actor !== undefined, (each) => each.where('actor', '=', actor ?? ''))
    .$if(action !== undefined, (each) => each.where('action', '=', action ?? ''))
    .$if(subject !== undefined, (each) => each.where('subject', 'like', `${literal(subject ?? '')}%`))
    .$if(from !== undefined, (each) => each.where('at', '>=', new Date(from ?? 0)))
    .$if(to !== undefined, (each) => each.where('at', '<', new Date(to ?? 0))) as typeof query;
}

/** A text in a pattern of `like` as it stands. */
function literal(text: string): string {
  return text.replaceAll(/[\\%_]/g, (each) => `\\${each}`);
}
