import { sql } from 'kysely';
import type { Feature } from '#platform/feature';
import { mountScim } from './mount-scim.ts';
import { scimTokenEndpoints } from './scim-tokens.routes.ts';

/** People and groups that identity providers send (SCIM 2.0). */
export const scimFeature = (tools: { readonly publicUrl: string }): Feature => ({
  name: 'scim',
  endpoints: scimTokenEndpoints(tools),
  periodics: [
    {
      name: 'forget-ended-scim-tokens',
      everyMs: 3_600_000,
      run: async ({ db }) => {
        await sql`delete from scim_tokens where expires_at < now() - interval '30 days'`.execute(db);
      },
    },
  ],
  mount: (server, context) => mountScim(server, context, tools),
});
