import type { FastifyInstance } from 'fastify';
import type { BackgroundContext } from '#platform/feature';
import { endByLogout } from './end-by-logout.ts';
import { findProvider, versionInForce } from './find-provider.ts';
import type { ConnectOidc } from './oidc-client.ts';
import { readLogout } from './oidc-logout.ts';
import { logoutPath } from './provider.wire.ts';
import { ProviderFault } from './provider-fault.ts';
import { configuredProvider, type ProviderTools } from './provider-tools.ts';
import { takeForms } from './take-forms.ts';

const mostBytes = 65_536;
/** Messages in a minute from one address. */
const perMinute = 120;

/**
 * Where providers say that somebody signed out. They sign what they say, and send it as a form: it is no operation for
 * clients of ours.
 */
export async function mountLogout(
  server: FastifyInstance,
  context: BackgroundContext,
  input: { readonly tools: ProviderTools; readonly connect: ConnectOidc },
): Promise<void> {
  await server.register(async (scope) => {
    takeForms(scope, mostBytes);
    scope.post<{ Params: { provider: string } }>(
      logoutPath,
      { config: { entrance: 'everybody', body: 'form', rateLimit: { max: perMinute, timeWindow: 60_000 } } },
      async (request, reply) => {
        const refused = await refusalOf(context, input, { name: request.params.provider, body: request.body });
        void reply.header('cache-control', 'no-store');
        if (refused === undefined) return reply.code(200).send();
        request.log.warn({ provider: request.params.provider, why: refused }, 'a sign-out was not accepted');
        // As the specification wants it; what exactly is wrong is for our log.
        const error_description = 'this is no message of this provider to this client, or it came before';
        return reply.code(400).send({ error: 'invalid_request', error_description });
      },
    );
  });
}

/** Carries out what a provider says; why not, where it is not carried out. */
async function refusalOf(
  { db, inTransaction }: BackgroundContext,
  input: Parameters<typeof mountLogout>[2],
  given: { readonly name: string; readonly body: unknown },
): Promise<string | undefined> {
  const tokens = given.body instanceof URLSearchParams ? given.body.getAll('logout_token') : [];
  const [token] = tokens;
  if (token === undefined || tokens.length > 1) return 'there is not one logout_token';
  const provider = await findProvider(db, given.name);
  const version = await versionInForce(db, provider);
  if (version === undefined) return 'nobody signs in with this provider';
  try {
    const said = await readLogout(input.connect, configuredProvider(input.tools, provider, version), token);
    return (await endByLogout(inTransaction, provider, said)) ? undefined : 'it came before';
  } catch (error) {
    if (error instanceof ProviderFault) return error.message;
    throw error;
  }
}
