import { refuse } from '@almanac/domain';
import type { ProviderAnswer } from '@almanac/protocol';
import type { Selectable } from 'kysely';
import { hashToken, refuseForeignPage } from '#features/access';
import type { DirectContext, RequestExtras } from '#platform/http';
import type { Tables } from '#tables';
import { admitIdentity, recordFailure } from './admit-identity.ts';
import { signInCookie } from './begin-sign-in.ts';
import { endDryRun } from './dry-run.ts';
import type { ProviderRow, VersionRow } from './find-provider.ts';
import { countFailure } from './probation.ts';
import { ProviderFault } from './provider-fault.ts';
import type { CompletedSignIn } from './provider-protocol.ts';
import {
  configuredProvider,
  type ProviderTools,
  postedUse,
  redirectProtocolOf,
  signInUse,
  unsealed,
} from './provider-tools.ts';

type Http = RequestExtras['http'];
type RedirectAnswer = Extract<ProviderAnswer, { kind: 'redirect' }>;

/** A sign-in that was under way and is so no longer, however it ends. */
interface TakenSignIn {
  readonly begun: Selectable<Tables['providerSignIns']>;
  readonly provider: ProviderRow;
  readonly version: VersionRow;
}

const unfinished = 'this sign-in is over, or began in another browser; begin again';

/** Ends a sign-in, or the try of somebody, with what the provider answered. */
export async function completeSignIn(
  tools: ProviderTools,
  context: DirectContext,
  given: { readonly answer: RedirectAnswer; readonly http: Http },
) {
  const { answer, http } = given;
  refuseForeignPage(http.request.headers);
  const state = stateOf(answer);
  const taken = await takeSignIn(context, { state, answer, http });
  const { begun, provider, version } = taken;
  try {
    const protocol = redirectProtocolOf(tools, provider.kind);
    if (protocol === undefined) throw new Error(`nobody was sent to ${provider.name}`);
    if (protocol.off !== undefined) throw new ProviderFault('person', protocol.off);
    const completed = await protocol.complete(configuredProvider(tools, provider, version), {
      answer,
      state,
      remembered: unsealed(tools.box, begun.remembered, signInUse(begun.stateHash)),
      posted: begun.posted === null ? null : tools.box.open(begun.posted, postedUse(begun.stateHash)).reveal(),
    });
    await takeOnce(context, { provider, completed });
    if (begun.dryRunId !== null) {
      await endDryRun(context, { dryRun: begun.dryRunId, version, completed });
      return { kind: 'tried' as const, provider: provider.name, dryRun: begun.dryRunId as never };
    }
    return await admitIdentity(tools, context, { ...taken, completed, http, page: begun.page });
  } catch (error) {
    if (!(error instanceof ProviderFault)) throw error;
    if (begun.dryRunId !== null) {
      await endDryRun(context, { dryRun: begun.dryRunId, version, problem: error.message });
      return { kind: 'tried' as const, provider: provider.name, dryRun: begun.dryRunId as never };
    }
    await countFailure(context.inTransaction, { version: version.id, error });
    await recordFailure(context, { provider, http, why: error.message });
    return refuse(
      'provider-sign-in-failed',
      error.of === 'person'
        ? `${provider.displayName} did not let you in; begin again`
        : `the answer of ${provider.displayName} was not accepted; an administrator finds the reason in the audit`,
    );
  }
}

/** Keeps that what a provider said was used, whichever server it comes to: it lets nobody in a second time. */
async function takeOnce(
  { inTransaction, actor }: DirectContext,
  { provider, completed }: { readonly provider: ProviderRow; readonly completed: CompletedSignIn },
): Promise<void> {
  const { takenOnce } = completed;
  if (takenOnce === undefined) return;
  const kept = await inTransaction({ actor, action: null }, ({ db }) =>
    db
      .insertInto('providerAssertions')
      .values({ providerId: provider.id, assertion: takenOnce.key, expiresAt: takenOnce.until })
      .onConflict((conflict) => conflict.doNothing())
      .returning('assertion')
      .executeTakeFirst(),
  );
  if (kept === undefined) throw new ProviderFault('provider', 'what it sent was used before');
}

/** Takes the sign-in out of those that are under way, before anything is asked of anybody: an answer counts once. */
async function takeSignIn(
  context: DirectContext,
  given: { readonly state: string; readonly answer: RedirectAnswer; readonly http: Http },
): Promise<TakenSignIn> {
  const { http } = given;
  const browser = http.request.cookies[signInCookie(http)];
  const taken = await context.inTransaction({ actor: context.actor, action: null }, async ({ db, now }) => {
    const begun = await db
      .deleteFrom('providerSignIns')
      .where('stateHash', '=', hashToken(given.state))
      .returningAll()
      .executeTakeFirst();
    if (begun === undefined || begun.expiresAt <= now) return undefined;
    const provider = await db
      .selectFrom('identityProviders')
      .selectAll()
      .where('id', '=', begun.providerId)
      .executeTakeFirst();
    const version = await db
      .selectFrom('identityProviderVersions')
      .selectAll()
      .where('id', '=', begun.versionId)
      .executeTakeFirst();
    return provider === undefined || version === undefined ? undefined : { begun, provider, version };
  });
  void http.reply.clearCookie(signInCookie(http), { path: '/', secure: http.sessionCookie.secure });
  if (taken === undefined || browser === undefined || hashToken(browser) !== taken.begun.browserHash)
    return refuse('provider-sign-in-failed', unfinished);
  // An answer that comes to the address of another provider is of a mix-up (RFC 9700, 4.4).
  if (given.answer.provider !== taken.provider.name) {
    await recordFailure(context, { ...taken, http, why: `the answer came from ${given.answer.provider}` });
    return refuse('provider-sign-in-failed', unfinished);
  }
  return taken;
}

function stateOf(answer: RedirectAnswer): string {
  const states = new URLSearchParams(answer.query).getAll('state');
  const [state] = states;
  return states.length === 1 && state !== undefined && state !== ''
    ? state
    : refuse('provider-sign-in-failed', unfinished);
}
