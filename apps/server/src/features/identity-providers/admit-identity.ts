import { type ArrivalRefusal, nextRecheck, refuse } from '@almanac/domain';
import { findPrincipal, leftToDo, presentPrincipal } from '#features/access';
import { readNumbers } from '#features/security-numbers';
import type { DirectContext, RequestExtras } from '#platform/http';
import { arrive } from './arrive.ts';
import { type ProviderRow, type VersionRow, versionInForce } from './find-provider.ts';
import { countSuccess } from './probation.ts';
import type { CompletedSignIn } from './provider-protocol.ts';
import { type ProviderTools, sealed, sessionUse } from './provider-tools.ts';

type Http = RequestExtras['http'];

/**
 * Lets somebody in whom a provider knows, as far as the policy has it; nobody, where the provider was changed meanwhile.
 *
 * @param given.page The page of ours to go to afterwards
 */
export async function admitIdentity(
  tools: ProviderTools,
  context: DirectContext,
  given: {
    readonly provider: ProviderRow;
    readonly version: VersionRow;
    readonly completed: CompletedSignIn;
    readonly http: Http;
    readonly page: string | null;
  },
) {
  const { provider, version, completed, http, page } = given;
  const { actor, inTransaction } = context;
  const detail = { provider: provider.name, address: http.request.ip };
  const outcome = await inTransaction({ actor, action: 'signed-in' }, async (command) => {
    command.audit(null);
    const { db } = command;
    const current = await db
      .selectFrom('identityProviders')
      .selectAll()
      .where('id', '=', provider.id)
      .forShare()
      .executeTakeFirst();
    const inForce = current === undefined ? undefined : await versionInForce(db, current);
    if (inForce?.id !== version.id) return { kind: 'refused' as const, refused: 'changed' as const };
    const arrived = await arrive(command, completed.identity, version);
    if ('refused' in arrived) return { kind: 'refused' as const, refused: arrived.refused };
    const principal = await findPrincipal(db, arrived.principal);
    const { hadSecondFactor } = completed;
    const { answer, opened } = await tools.admit(command, { principal, http, hadSecondFactor });
    const id = command.newId();
    await db
      .insertInto('providerSessions')
      .values({
        id,
        sessionId: null,
        arrivalHash: null,
        ...opened,
        identityId: arrived.link,
        versionId: version.id,
        foreignSession: completed.foreignSession,
        kept: completed.kept === null ? null : sealed(tools.box, completed.kept, sessionUse(id)),
        answeredAt: command.now,
        dueAt:
          completed.recheck === 'none' ? null : new Date(nextRecheck(await readNumbers(db), command.now.getTime())),
      })
      .execute();
    await countSuccess(command, version.id);
    command.audit({
      subject: `principal:${principal.name}`,
      detail: { ...detail, ...(arrived.provisioned ? { provisioned: true } : {}), ...leftToDo(answer) },
    });
    return { kind: 'admitted' as const, principal, answer };
  });
  if (outcome.kind === 'admitted') {
    const { principal, answer } = outcome;
    return answer.state === 'signed-in'
      ? { kind: 'signed-in' as const, principal: presentPrincipal(principal), to: page }
      : { kind: 'outstanding' as const, outstanding: answer, to: page };
  }
  // Whom the policy keeps out shows as well that the configuration works.
  await recordFailure(context, { provider, http, why: outcome.refused, identity: completed.identity });
  return refuse('no-account', refusalWords[outcome.refused](provider.displayName));
}

const refusalWords: Readonly<Record<ArrivalRefusal | 'changed', (provider: string) => string>> = {
  changed: (provider) => `the sign-in with ${provider} was changed meanwhile; begin again`,
  'no-account': (provider) =>
    `nobody here is linked to who you are at ${provider}; an administrator links your account, or lets people in by their groups`,
  deactivated: () => 'your account is deactivated; an administrator can activate it again',
  'in-no-mapped-group': (provider) => `you are in no group of ${provider} that is let in here; ask for one of them`,
  'no-default-role': (provider) => `it is not said yet what people from ${provider} may do here; ask an administrator`,
};

/** Keeps that somebody could not sign in, and why, for whoever reads the audit. */
export async function recordFailure(
  { inTransaction, actor }: DirectContext,
  given: {
    readonly provider: ProviderRow;
    readonly http: Http;
    readonly why: string;
    readonly identity?: CompletedSignIn['identity'];
    /** What somebody typed as their name. */
    readonly name?: string;
  },
): Promise<void> {
  const { provider, http, why, identity, name } = given;
  const known =
    identity === undefined
      ? name === undefined
        ? {}
        : { name }
      : { externalSubject: identity.subject, name: identity.name };
  await inTransaction({ actor, action: 'sign-in-failed' }, async ({ audit }) =>
    audit({
      subject: `identity-provider:${provider.name}`,
      detail: { address: http.request.ip, why, ...known },
    }),
  );
}
