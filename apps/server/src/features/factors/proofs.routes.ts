import { refuse } from '@almanac/domain';
import { findPrincipal, letIn, refuseForeignPage } from '#features/access';
import { command, direct, type Endpoint, read } from '#platform/http';
import type { SecretBox } from '#platform/secrets';
import { giveProof, readProver } from './give-proof.ts';
import type { Passkeys } from './passkeys.ts';

/** How people prove who they are beyond a password: in the second step of a sign-in, instead of one, and before what is sensitive. */
export const proofEndpoints = (tools: {
  readonly box: SecretBox;
  readonly passkeys: Passkeys;
}): readonly Endpoint[] => [
  read('getProofs', async ({ db, actor }, { http }) => {
    const { row, arrival, proofs } = await readProver(db, actor, http);
    return { name: row.name, purpose: arrival?.step ?? ('step-up' as const), proofs: [...proofs] };
  }),

  direct('giveProof', (context, { body, http }) => giveProof(tools, context, { proof: body, http })),

  command('askPasskey', async (context) => {
    const { actor } = context;
    const known = actor.kind === 'arriving' || actor.kind === 'principal';
    return { ...(await tools.passkeys.beginProof(context, known ? actor.id : null)) };
  }),

  direct('signInWithPasskey', async ({ actor, inTransaction }, { body, http }) => {
    refuseForeignPage(http.request.headers);
    const answer = await inTransaction({ actor, action: 'signed-in' }, async (context) => {
      const principal = await tools.passkeys.takeProof(context, { principal: null, response: body.response });
      const row = principal === undefined ? undefined : await findPrincipal(context.db, principal);
      if (row?.kind !== 'user' || !row.active) {
        context.audit(null);
        return undefined;
      }
      context.audit({ subject: `principal:${row.name}`, detail: { proof: 'passkey', address: http.request.ip } });
      return letIn(context, { principal: row, http });
    });
    return answer ?? refuse('wrong-credentials', 'this passkey is none of anybody here; sign in with your password');
  }),
];
