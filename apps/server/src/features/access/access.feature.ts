import { sql } from 'kysely';
import { numberInQuery } from '#features/security-numbers';
import type { Feature } from '#platform/feature';
import { accessEndpoints } from './access.routes.ts';
import type { Admit } from './admit.ts';
import { apiTokenEndpoints } from './api-tokens.routes.ts';
import { markSetUp } from './bootstrap.ts';
import { explanationEndpoints } from './explanations.routes.ts';
import { grantEndpoints } from './grants.routes.ts';
import { passwordEndpoints } from './passwords.routes.ts';
import { principalEndpoints } from './principals.routes.ts';
import { roleEndpoints } from './roles.routes.ts';
import { sessionEndpoints } from './sessions.routes.ts';
import { forgetCounters } from './sign-in-attempts.ts';
import { signInBlockEndpoints } from './sign-in-blocks.routes.ts';
import { type LeaveProvider, signOutEndpoint } from './sign-out.routes.ts';
import { teamEndpoints } from './teams.routes.ts';
import { userEndpoints } from './users.routes.ts';

export interface AccessTools {
  /** Where people reach the console: links to it are made here. */
  readonly publicUrl: string;
  /** The server's data directory. */
  readonly data: string;
  readonly admit: Admit;
  readonly leaveProvider: LeaveProvider;
}

export const accessFeature = ({ publicUrl, data, admit, leaveProvider }: AccessTools): Feature => ({
  name: 'access',
  endpoints: [
    ...accessEndpoints(admit),
    ...apiTokenEndpoints,
    ...explanationEndpoints,
    ...grantEndpoints,
    ...passwordEndpoints(admit),
    ...principalEndpoints,
    ...roleEndpoints,
    ...sessionEndpoints,
    signOutEndpoint(leaveProvider),
    ...signInBlockEndpoints,
    ...teamEndpoints,
    ...userEndpoints(publicUrl),
  ],
  periodics: [
    markSetUp(data),
    {
      name: 'forget-expired-sessions',
      everyMs: 3_600_000,
      run: async ({ db }) => {
        await sql`delete from sessions where expires_at < now()`.execute(db);
        await sql`delete from arrivals where expires_at < now()`.execute(db);
        await sql`delete from api_tokens where expires_at < now() - interval '30 days'`.execute(db);
        await sql`delete from password_links where expires_at < now()`.execute(db);
        await sql`delete from known_devices where last_seen_at < now() - make_interval(days => ${numberInQuery('known-device')})`.execute(
          db,
        );
        await forgetCounters(db);
        await sql`delete from idempotency where at < now() - interval '24 hours'`.execute(db);
      },
    },
  ],
});
