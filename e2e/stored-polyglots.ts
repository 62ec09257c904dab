import { newPrivateKey, privateKeyFromPem, rawPublicKey } from '@almanac/host';
import { agentProtocol } from '@almanac/protocol';
import { type Estate, type IdentityProviderProcess, startIdentityProvider } from '@almanac/testkit';
import { polyglots } from './polyglots.ts';
import { tryProvider } from './try-provider.ts';

/** All of them in one text, where a field takes so much. */
export const allPolyglots = polyglots.join(' ');

/** What a field of so many characters takes of them; another part for each field, so that each text stands somewhere. */
function partOf(length: number, at: number): string {
  const turned = [...polyglots.slice(at), ...polyglots.slice(0, at)].filter((each) => each.length <= length);
  let text = turned[0] ?? '';
  for (const each of turned.slice(1)) if (text.length + each.length < length) text += ` ${each}`;
  return text;
}

/** Writes the texts into what people name and explain, by the API, as an administrator who means no good would. */
export async function storePolyglots(
  client: Estate['client'],
  given: { readonly application: string; readonly build: string },
): Promise<void> {
  const { application, build } = given;
  const quality = { kind: 'path', environment: 'quality' } as const;
  const showing = (at: number) => partOf(60, at);
  await client.setSetting({
    params: { application, key: 'TEXT' },
    body: { place: { environment: 'production', level: 'environment' }, value: allPolyglots },
  });
  await client.updateApplication({
    params: { application },
    body: { displayName: showing(5) },
    revision: (await client.getApplication({ params: { application } })).revision,
  });
  await client.updateEnvironment({
    params: { environment: 'production' },
    body: { displayName: showing(10) },
    revision: (await client.getEnvironment({ params: { environment: 'production' } })).revision,
  });
  await client.createRole({ body: { name: 'reader', displayName: showing(15), elsewhere: ['list'] } });
  await client.createTeam({ body: { name: 'shop', displayName: showing(20) } });
  await client.createPrincipal({ body: { name: 'dora', displayName: showing(25), role: 'viewer' } });
  await client.createApiToken({ body: { name: showing(30) } });
  await client.createVersion({
    params: { application },
    body: { build: build as never, number: '1.0.0', notes: allPolyglots },
  });
  await client.createRelease({
    body: { name: 'spring', notes: allPolyglots, content: { versions: [{ application, number: '1.0.0' }] } },
  });
  await client.createFreeze({ body: { name: partOf(80, 35), scope: quality, reason: partOf(400, 40) } });
  await client.createPlan({
    body: {
      environment: 'quality',
      notes: allPolyglots,
      operations: [{ kind: 'deploy', application, source: { kind: 'build', build } }],
    },
  });
  await client.createQuarantine({ body: { application, build, reason: partOf(400, 50) } });
  await enrolHostile(client);
}

/** What comes from outside without anybody here: claims of a provider, and people and groups whom it brings by SCIM. */
export async function bringPolyglots(estate: Estate): Promise<IdentityProviderProcess> {
  const { client, url } = estate;
  const secret = 'a secret of the client and of nobody else';
  const provider = await startIdentityProvider({
    secret,
    redirectUris: [`${url}/sign-in/callback/acme`],
    accounts: {
      mallory: {
        name: partOf(120, 0),
        preferred_username: partOf(120, 7),
        email: `${partOf(60, 14)}@example.com`,
        groups: polyglots,
      },
    },
  });
  await client.createIdentityProvider({
    body: {
      name: 'acme',
      displayName: partOf(60, 3),
      configuration: { kind: 'oidc', issuer: provider.issuer, clientId: 'almanac' },
      secrets: { clientSecret: secret },
      arrival: { defaultRole: 'viewer' },
    },
  });
  await tryProvider(estate, { provider: 'acme', login: 'mallory' });
  await client.activateIdentityProvider({ params: { provider: 'acme' }, body: {} });
  const sync = await client.createScimToken({ params: { provider: 'acme' }, body: {} });
  const bring = async (
    kind: 'User' | 'Group',
    body: { readonly displayName: string; readonly [key: string]: unknown },
  ) => {
    const answer = await fetch(`${url}/scim/v2/${kind}s`, {
      method: 'POST',
      headers: { 'content-type': 'application/scim+json', authorization: `Bearer ${sync.secret}` },
      body: JSON.stringify({ schemas: [`urn:ietf:params:scim:schemas:core:2.0:${kind}`], ...body }),
    });
    // Characters that cannot be shown are not taken from a directory.
    const isShown = !/\p{C}/u.test(body.displayName);
    if (answer.status !== (isShown ? 201 : 400)) throw new Error(`${kind}: ${answer.status} ${await answer.text()}`);
  };
  for (const [at, text] of polyglots.entries())
    await bring('User', {
      userName: `person-${at}@example.com`,
      externalId: `key-${at}`,
      active: true,
      displayName: text,
    });
  await bring('Group', { externalId: 'group', displayName: partOf(60, 21) });
  return provider;
}

/** A site whose agent says of its machine what means no good. */
async function enrolHostile(client: Estate['client']): Promise<void> {
  const labels = { [partOf(60, 55)]: partOf(60, 60) };
  const { enrolment } = await client.createSite({ body: { name: 'far', environment: 'production', labels } });
  const keyOf = (kind: 'Ed25519' | 'X25519') => rawPublicKey(privateKeyFromPem(newPrivateKey(kind)));
  await client.enrolAgent({
    body: {
      token: enrolment.token,
      agentVersion: partOf(40, 63),
      protocolVersion: agentProtocol.version,
      signingKey: keyOf('Ed25519'),
      sealingKey: keyOf('X25519'),
      host: { hostname: partOf(255, 63), platform: partOf(40, 0), architecture: partOf(40, 11) },
    },
  });
}
