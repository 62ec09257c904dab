import { setTimeout as pause } from 'node:timers/promises';
import { refuse } from '@almanac/domain';
import type { DryRun, ProviderAnswer } from '@almanac/protocol';
import {
  beginTry,
  endTryWell,
  isKnownDevice,
  personTry,
  providerTry,
  refuseForeignPage,
  type SignInTry,
} from '#features/access';
import type { DirectContext, RequestExtras } from '#platform/http';
import { Secret } from '#platform/secrets';
import { admitIdentity, recordFailure } from './admit-identity.ts';
import { endDryRun } from './dry-run.ts';
import { type ProviderRow, type VersionRow, versionInForce } from './find-provider.ts';
import { countFailure } from './probation.ts';
import { ProviderFault } from './provider-fault.ts';
import type { CompletedSignIn, FormProtocol } from './provider-protocol.ts';
import { configuredProvider, type ProviderTools, protocolOf } from './provider-tools.ts';

/** Milliseconds before which nobody is refused: how soon a directory answers must not tell who is in it. */
const notBefore = 300;
/** A try is carried out within so many minutes after it was begun. */
const patienceMinutes = 10;

type Http = RequestExtras['http'];
type FormAnswer = Extract<ProviderAnswer, { kind: 'form' }>;

interface WantedSignIn {
  readonly provider: ProviderRow;
  readonly version: VersionRow;
  readonly protocol: FormProtocol;
  readonly dryRun: DryRun['id'] | null;
}

/** Signs somebody in, or carries out the try of somebody, with name and password as the provider knows them. */
export async function signInByForm(
  tools: ProviderTools,
  context: DirectContext,
  given: { readonly answer: FormAnswer; readonly http: Http },
) {
  const { answer, http } = given;
  refuseForeignPage(http.request.headers);
  const quiet = pause(notBefore);
  const wanted = await findWanted(tools, context, answer);
  const { provider, version, dryRun } = wanted;
  const tries = countTries(context, { provider, http });
  await tries.byName(answer.name);
  try {
    const completed = await ask(tools, wanted, { answer, counted: tries.bySubject });
    await tries.endWell();
    if (dryRun === null) return await admitIdentity(tools, context, { ...wanted, completed, http, page: null });
    await endDryRun(context, { dryRun, version, completed });
    return { kind: 'tried' as const, provider: provider.name, dryRun };
  } catch (error) {
    if (!(error instanceof ProviderFault)) throw error;
    // A directory that does not answer says nothing of the password: this was no guess.
    if (error.of === 'provider') await tries.endWell();
    if (dryRun !== null) {
      await endDryRun(context, { dryRun, version, problem: error.message });
      return { kind: 'tried' as const, provider: provider.name, dryRun };
    }
    await countFailure(context.inTransaction, { version: version.id, error });
    await recordFailure(context, { provider, http, why: error.message, name: answer.name });
    await quiet;
    return refuseFor(error, provider);
  }
}

/** Whatever is wrong with a person or their password, they are told the same. */
function refuseFor(fault: ProviderFault, { displayName }: ProviderRow): never {
  return fault.of === 'person'
    ? refuse(
        'wrong-credentials',
        `or the account at ${displayName} cannot be used now; after several tries there is a pause. Whoever keeps ${displayName} can help`,
      )
    : refuse(
        'provider-sign-in-failed',
        `${displayName} cannot be asked now; try again, or sign in with a password of Almanac`,
      );
}

function ask(
  tools: ProviderTools,
  { protocol, provider, version }: WantedSignIn,
  given: { readonly answer: FormAnswer; readonly counted: (subject: string) => Promise<void> },
): Promise<CompletedSignIn> {
  return protocol.complete(configuredProvider(tools, provider, version), {
    name: given.answer.name,
    password: new Secret(given.answer.password),
    counted: given.counted,
  });
}

async function findWanted(tools: ProviderTools, context: DirectContext, answer: FormAnswer): Promise<WantedSignIn> {
  const { db } = context;
  const provider = await db
    .selectFrom('identityProviders')
    .selectAll()
    .where('name', '=', answer.provider)
    .executeTakeFirst();
  const tried = answer.dryRun !== undefined;
  const version =
    provider === undefined
      ? undefined
      : tried
        ? await versionToTry(context, { provider, dryRun: answer.dryRun ?? '' })
        : await versionInForce(db, provider);
  // Whether there is one that is not in use is nobody's business here.
  if (provider === undefined || version === undefined)
    return tried
      ? refuse('provider-sign-in-failed', 'this try is over, or somebody else began it; begin again')
      : refuse('not-found', `nobody signs in with ${answer.provider}`);
  const protocol = protocolOf(tools, provider.kind);
  if (protocol.manner !== 'form')
    return refuse('invalid-request', `people give their password to ${provider.displayName} itself, and never here`);
  return { provider, version, protocol, dryRun: answer.dryRun ?? null };
}

async function versionToTry(
  { db, actor }: DirectContext,
  { provider, dryRun }: { readonly provider: ProviderRow; readonly dryRun: string },
): Promise<VersionRow | undefined> {
  if (actor.kind !== 'principal') return undefined;
  return db
    .selectFrom('providerDryRuns')
    .innerJoin('identityProviderVersions', 'identityProviderVersions.id', 'providerDryRuns.versionId')
    .selectAll('identityProviderVersions')
    .where('providerDryRuns.id', '=', dryRun)
    .where('providerDryRuns.providerId', '=', provider.id)
    .where('providerDryRuns.principalId', '=', actor.id)
    .where('providerDryRuns.endedAt', 'is', null)
    .where('providerDryRuns.startedAt', '>', new Date(Date.now() - patienceMinutes * 60_000))
    .executeTakeFirst();
}

/** Counts a try by what was typed and, before the password is tried, by the person whom that means. */
function countTries(
  { db, inTransaction, actor }: DirectContext,
  given: { readonly provider: ProviderRow; readonly http: Http },
) {
  const { provider, http } = given;
  const counted: SignInTry[] = [];
  const linked = (by: 'name' | 'subject', value: string) =>
    db
      .selectFrom('externalIdentities')
      .select('principalId as principal')
      .where('providerId', '=', provider.id)
      .where(by, '=', value)
      .executeTakeFirst();
  const begin = async (
    by: 'name' | 'subject',
    value: string,
    make: (known: { readonly provider: string; readonly address: string; readonly knownDevice: boolean }) => SignInTry,
  ) => {
    const knownDevice = await isKnownDevice(db, { principal: (await linked(by, value))?.principal, http });
    const attempt = make({ provider: provider.name, address: http.request.ip, knownDevice });
    await beginTry(inTransaction, attempt);
    counted.push(attempt);
  };
  return {
    byName: (name: string) => begin('name', name, (known) => providerTry({ ...known, name })),
    bySubject: (subject: string) => begin('subject', subject, (known) => personTry({ ...known, subject })),
    endWell: () =>
      inTransaction({ actor, action: null }, async (context) => {
        for (const each of counted) await endTryWell(context, each);
      }),
  };
}
