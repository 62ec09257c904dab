import type { AuditFilter } from '@almanac/protocol';
import type { SelectQueryBuilder } from 'kysely';
import type { Tables } from '#tables';

/** Restricts a query of the audit to what was asked for. */
export function filtered<Row>(
  query: SelectQueryBuilder<Tables, 'audit', Row>,
  filter: AuditFilter,
): SelectQueryBuilder<Tables, 'audit', Row> {
  const { actor, action, subject, from, to } = filter;
  return query
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
