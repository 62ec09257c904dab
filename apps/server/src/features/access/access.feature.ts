import { sql } from 'kysely';
import type { Feature } from '#platform/feature';
import { accessEndpoints } from './access.routes.ts';
import { apiTokenEndpoints } from './api-tokens.routes.ts';
import { passwordEndpoints } from './passwords.routes.ts';
import { principalEndpoints } from './principals.routes.ts';
import { sessionEndpoints } from './sessions.routes.ts';
import { signInBlockEndpoints } from './sign-in-blocks.routes.ts';
import { userEndpoints } from './users.routes.ts';

/** `publicUrl` is where people reach the console: links to it are made here. */
export const accessFeature = (publicUrl: string): Feature => ({
  name: 'access',
  endpoints: [
    ...accessEndpoints,
    ...apiTokenEndpoints,
    ...passwordEndpoints,
    ...principalEndpoints,
    ...sessionEndpoints,
    ...signInBlockEndpoints,
    ...userEndpoints(publicUrl),
  ],
  periodics: [
    {
      name: 'forget-expired-sessions',
      everyMs: 3_600_000,
      run: async ({ db }) => {
        await sql`delete from sessions where expires_at < now()`.execute(db);
        await sql`delete from password_links where expires_at < now()`.execute(db);
        await sql`delete from known_devices where last_seen_at < now() - interval '180 days'`.execute(db);
        await sql`
          delete from sign_in_attempts
          where since < now() - interval '1 day' and coalesce(blocked_until, since) < now()`.execute(db);
        await sql`delete from idempotency where at < now() - interval '24 hours'`.execute(db);
      },
    },
  ],
});
