import { sql } from 'kysely';
import type { Feature } from '#platform/feature';
import { activationEndpoints } from './activation.routes.ts';
import { identityEndpoints } from './identities.routes.ts';
import { mountLogout } from './mount-logout.ts';
import { mountSaml } from './mount-saml.ts';
import type { ConnectOidc } from './oidc-client.ts';
import { giveWayWhereDue } from './probation.ts';
import type { ProviderTools } from './provider-tools.ts';
import { providerEndpoints } from './providers.routes.ts';
import { recheckSessions } from './recheck-sessions.ts';
import { signInEndpoints } from './sign-in.routes.ts';

export const identityProvidersFeature = (tools: ProviderTools, connect: ConnectOidc): Feature => ({
  name: 'identity-providers',
  endpoints: [
    ...providerEndpoints(tools),
    ...activationEndpoints(tools),
    ...identityEndpoints,
    ...signInEndpoints(tools),
  ],
  periodics: [
    { name: 'recheck-provider-sessions', everyMs: 1_000, run: (context) => recheckSessions(tools, context) },
    {
      name: 'return-provider-configurations',
      everyMs: 60_000,
      run: ({ db, inTransaction }) => giveWayWhereDue(db, inTransaction),
    },
    {
      name: 'forget-provider-sign-ins',
      everyMs: 600_000,
      run: async ({ db }) => {
        await sql`delete from provider_sign_ins where expires_at < now()`.execute(db);
        await sql`delete from provider_assertions where expires_at < now()`.execute(db);
        await sql`delete from provider_logouts where expires_at < now()`.execute(db);
        await sql`delete from provider_dry_runs where started_at < now() - interval '1 day'`.execute(db);
      },
    },
  ],
  mount: async (server, context) => {
    await mountLogout(server, context, { tools, connect });
    await mountSaml(server, context, tools);
  },
});
