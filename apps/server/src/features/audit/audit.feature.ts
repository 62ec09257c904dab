import type { Feature } from '#platform/feature';
import { decodeCursor, pageOf, read } from '#platform/http';

export const auditFeature: Feature = {
  name: 'audit',
  endpoints: [
    read('listAudit', async ({ db }, { query }) => {
      const cursor = decodeCursor(query.cursor);
      const rows = await db
        .selectFrom('audit')
        .selectAll()
        .$if(cursor !== undefined, (each) => each.where('sequence', '<', Number(cursor?.[0])))
        .orderBy('sequence', 'desc')
        .limit(query.limit + 1)
        .execute();
      return pageOf({
        rows,
        limit: query.limit,
        keyOf: (row) => [row.sequence],
        present: (row) => ({ ...row, at: row.at.toISOString() }),
      });
    }),
  ],
};
