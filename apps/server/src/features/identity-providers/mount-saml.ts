import { refuse } from '@almanac/domain';
import type { FastifyInstance } from 'fastify';
import { hashToken } from '#features/access';
import type { BackgroundContext } from '#platform/feature';
import { Secret } from '#platform/secrets';
import { findProvider, newestVersion, versionInForce } from './find-provider.ts';
import {
  answerPath,
  callbackOf,
  configuredProvider,
  metadataPath,
  type ProviderTools,
  postedUse,
  protocolOf,
} from './provider-tools.ts';
import { ownMetadata } from './saml-metadata.ts';
import { samlOf } from './saml-protocol.ts';
import { takeForms } from './take-forms.ts';

/** An answer of the largest size, as base64 in a form. */
const mostBytes = 262_144;
/** Answers in a minute from one address: a company may come from one. */
const perMinute = 600;

/**
 * Where providers of SAML have browsers post what they say, and where they find what we are. Such a post comes from another
 * site, so it lets nobody in: it is laid beside the sign-in that its state names, and read when our own page ends that sign-in
 * with the cookie of the browser in which it began.
 */
export async function mountSaml(
  server: FastifyInstance,
  context: BackgroundContext,
  tools: ProviderTools,
): Promise<void> {
  const refuseWhileOff = () => {
    const { off } = protocolOf(tools, 'saml');
    if (off !== undefined) refuse('not-found', off);
  };
  await server.register(async (scope) => {
    takeForms(scope, mostBytes);
    scope.post<{ Params: { provider: string } }>(
      answerPath,
      { config: { entrance: 'everybody', body: 'form', rateLimit: { max: perMinute, timeWindow: 60_000 } } },
      async (request, reply) => {
        refuseWhileOff();
        const provider = await findProvider(context.db, request.params.provider);
        const state = await keepPosted(context, tools, { provider: provider.name, form: request.body });
        void reply.header('cache-control', 'no-store');
        // The page says that the sign-in is over where there is none.
        return reply.redirect(`${callbackOf(provider.name)}?state=${encodeURIComponent(state)}`, 303);
      },
    );
    scope.get<{ Params: { provider: string } }>(
      metadataPath,
      { config: { entrance: 'everybody' } },
      async (request, reply) => {
        refuseWhileOff();
        const provider = await findProvider(context.db, request.params.provider);
        if (provider.kind !== 'saml') return refuse('not-found', `${provider.name} does not speak SAML`);
        const version = (await versionInForce(context.db, provider)) ?? (await newestVersion(context.db, provider.id));
        return reply
          .type('application/samlmetadata+xml')
          .send(ownMetadata(configuredProvider(tools, provider, version), samlOf(version.configuration)));
      },
    );
  });
}

/**
 * Lays an answer beside the sign-in that it belongs to, once.
 *
 * @returns the state that it names, also of a sign-in that is over or never was
 */
async function keepPosted(
  { db }: BackgroundContext,
  tools: ProviderTools,
  given: { readonly provider: string; readonly form: unknown },
): Promise<string> {
  const form = given.form instanceof URLSearchParams ? given.form : new URLSearchParams();
  const [answer, ...answers] = form.getAll('SAMLResponse');
  const [state, ...states] = form.getAll('RelayState');
  // Without a state it answers nothing that we asked: a sign-in that began at the provider could be anybody's.
  if (answer === undefined || state === undefined || answers.length > 0 || states.length > 0) return 'none';
  if (state.length > 80) return 'none';
  const stateHash = hashToken(state);
  await db
    .updateTable('providerSignIns')
    .set({ posted: tools.box.close(new Secret(answer), postedUse(stateHash)) })
    .where('stateHash', '=', stateHash)
    .where('posted', 'is', null)
    .where('expiresAt', '>', new Date())
    .where('providerId', 'in', (query) =>
      query.selectFrom('identityProviders').select('id').where('name', '=', given.provider).where('kind', '=', 'saml'),
    )
    .execute();
  return state;
}
