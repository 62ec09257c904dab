import { sql } from 'kysely';
import type { Feature } from '#platform/feature';
import type { SecretBox } from '#platform/secrets';
import { administerFactorEndpoints } from './administer-factors.routes.ts';
import { ownFactorEndpoints } from './own-factors.routes.ts';
import { createPasskeys } from './passkeys.ts';
import { proofEndpoints } from './proofs.routes.ts';
import { relyingPartyOf } from './relying-party.ts';

/** `publicUrl` is where people reach the console: passkeys are bound to its name. */
export function factorsFeature(tools: { readonly publicUrl: string; readonly box: SecretBox }): Feature {
  const { publicUrl, box } = tools;
  const passkeys = createPasskeys({ party: relyingPartyOf(publicUrl), box });
  return {
    name: 'factors',
    endpoints: [
      ...proofEndpoints({ box, passkeys }),
      ...ownFactorEndpoints({ box, passkeys, publicUrl }),
      ...administerFactorEndpoints,
    ],
    periodics: [
      {
        name: 'forget-answered-challenges',
        everyMs: 3_600_000,
        run: async ({ db }) => {
          await sql`delete from answered_challenges where expires_at < now()`.execute(db);
          await sql`delete from totp_factors where confirmed_at is null and created_at < now() - interval '1 day'`.execute(
            db,
          );
        },
      },
    ],
  };
}
