// A provider of identities in a process of its own, with accounts and faults that tests choose.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CompactSign, exportJWK, generateKeyPair } from 'jose';
import Provider from 'oidc-provider';
import { type AttackName, attack, type ProviderKeys } from './attacks.ts';
import type { ProviderAccount, ProviderCommand, ProviderOptions } from './start-identity-provider.ts';

const options = JSON.parse(process.argv[2] ?? '{}') as ProviderOptions;
const accounts = new Map<string, ProviderAccount>(Object.entries(options.accounts));
let hostile: AttackName | 'other-person' | undefined;
let silent = false;
let sentAway = 0;
let before: string | undefined;
let listener: (request: IncomingMessage, response: ServerResponse) => Promise<void> = async (_request, response) =>
  void response.end();

const server = createServer((request, response) => {
  if (request.url === '/control') void control(request, response);
  else if (request.url === '/strangers') sendJson(response, { keys: [keys.strangerJwk] });
  else if (silent) {
    sentAway += 1;
    request.destroy();
  } else void listener(request, response);
});
await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const keys = await makeKeys();

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'almanac',
      client_secret: options.secret,
      redirect_uris: [...options.redirectUris],
      post_logout_redirect_uris: options.redirectUris.map((each) => new URL('/sign-in', each).href),
      grant_types: ['authorization_code', 'refresh_token'],
      ...(options.logoutUri === undefined
        ? {}
        : { backchannel_logout_uri: options.logoutUri, backchannel_logout_session_required: true }),
    },
  ],
  jwks: { keys: [{ ...(await exportJWK(keys.issuer)), kid: keys.kid, use: 'sig', alg: 'RS256' }] },
  cookies: { keys: ['only for tests'] },
  claims: {
    openid: ['sub', 'amr', 'acr'],
    profile: ['name', 'preferred_username'],
    email: ['email', 'email_verified'],
    groups: ['groups'],
  },
  scopes: ['openid', 'profile', 'email', 'groups'],
  conformIdTokenClaims: false,
  features: {
    devInteractions: { enabled: true },
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: { enabled: true },
  },
  pkce: { required: () => true },
  ttl: {
    AccessToken: 600,
    AuthorizationCode: 60,
    Grant: 36_000,
    IdToken: 600,
    Interaction: 600,
    RefreshToken: 36_000,
    Session: 36_000,
  },
  issueRefreshToken: async () => options.refreshTokens ?? true,
  rotateRefreshToken: true,
  findAccount: async (_context, id) => {
    const account = accounts.get(id);
    if (account === undefined || account.disabled === true) return undefined;
    const { disabled: _disabled, signsInBy: _signsInBy, ...claims } = account;
    return { accountId: id, claims: async () => ({ sub: id, ...claims }) };
  },
  // Nobody is asked whether this client may know them.
  loadExistingGrant: async (context) => {
    const { client, session } = context.oidc;
    if (client === undefined || session?.accountId === undefined) return undefined;
    Object.assign(session, accounts.get(session.accountId)?.signsInBy);
    const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope('openid profile email groups');
    await grant.save();
    return grant;
  },
});
provider.use(async (context, next) => {
  await next();
  const body = context.body as Record<string, unknown> | undefined;
  if (context.path === '/token' && typeof body?.['id_token'] === 'string') {
    const token = body['id_token'];
    if (hostile !== undefined && hostile !== 'other-person')
      body['id_token'] = await attack(hostile, { token, keys, strangerKeysUrl: `${issuer}/strangers`, before });
    before = token;
  }
  // It offers what nobody should take.
  const offered = body?.['id_token_signing_alg_values_supported'];
  if (Array.isArray(offered)) offered.push('HS256', 'none');
  if (context.path === '/me' && hostile === 'other-person' && body !== undefined) body['sub'] = 'somebody-else';
});
listener = provider.callback();
process.stdout.write(`${JSON.stringify({ issuer })}\n`);

async function makeKeys(): Promise<ProviderKeys> {
  const own = await generateKeyPair('RS256', { extractable: true });
  const other = await generateKeyPair('RS256', { extractable: true });
  return {
    issuer: own.privateKey,
    issuerPublic: own.publicKey,
    kid: 'first',
    stranger: other.privateKey,
    strangerJwk: { ...(await exportJWK(other.publicKey)), kid: 'first', use: 'sig', alg: 'RS256' },
  };
}

async function control(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const command = JSON.parse(Buffer.concat(chunks).toString('utf8')) as ProviderCommand;
  if (command.accounts !== undefined)
    for (const [id, account] of Object.entries(command.accounts)) accounts.set(id, account);
  if (command.attack !== undefined) hostile = command.attack ?? undefined;
  if (command.silent !== undefined) silent = command.silent;
  const signed =
    command.sign === undefined
      ? undefined
      : await new CompactSign(Buffer.from(JSON.stringify(command.sign.claims)))
          .setProtectedHeader({ alg: 'RS256', kid: keys.kid, typ: 'logout+jwt', ...command.sign.header })
          .sign(command.sign.byStranger === true ? keys.stranger : keys.issuer);
  sendJson(response, { signed, sentAway });
}

function sendJson(response: ServerResponse, body: unknown): void {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(body));
}
