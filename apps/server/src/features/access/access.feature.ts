import { sql } from 'kysely';
import type { Feature } from '#platform/feature';
import { accessEndpoints } from './access.routes.ts';
import { principalEndpoints } from './principals.routes.ts';

export const accessFeature: Feature = {
  name: 'access',
  endpoints: [...accessEndpoints, ...principalEndpoints],
  periodics: [
    {
      name: 'forget-expired-sessions',
      everyMs: 3_600_000,
      run: async ({ db }) => {
        await sql`delete from sessions where expires_at < now()`.execute(db);
        await sql`delete from idempotency where at < now() - interval '24 hours'`.execute(db);
      },
    },
  ],
};
