import type { Canary } from './canary.ts';
import { whole } from './crawl.ts';

interface Attempt {
  readonly name: string;
  readonly request: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly anonymous?: true;
}

/** Ways in which a request with a secret in it goes wrong: what is refused must not be repeated, logged or kept. */
export function errorPaths(secret: (name: string, plain: boolean) => Canary): readonly Attempt[] {
  const s = (name: string) => secret(name, false).text;
  const plain = (name: string) => secret(name, true).text;
  const place = { environment: 'development', level: 'environment' };
  return [
    {
      name: 'sign in with a wrong password',
      request: 'POST /sessions',
      body: { name: 'ada', password: s('wrong password') },
      anonymous: true,
    },
    {
      name: 'sign in as nobody',
      request: 'POST /sessions',
      body: { name: 'nobody', password: s('password of nobody') },
      anonymous: true,
    },
    {
      name: 'sign in with a list',
      request: 'POST /sessions',
      body: { name: 'ada', password: [s('password in a list')] },
      anonymous: true,
    },
    {
      name: 'sign in with an object',
      request: 'POST /sessions',
      body: { name: { $ne: s('operator in a name') }, password: 'x' },
      anonymous: true,
    },
    {
      name: 'sign in with too much',
      request: 'POST /sessions',
      body: { name: 'ada', password: s('long password').repeat(20) },
      anonymous: true,
    },
    {
      name: 'set up again',
      request: 'POST /setup',
      body: { token: s('setup token'), name: 'eve', password: s('password of eve') },
      anonymous: true,
    },
    { name: 'weak password', request: 'PUT /me/password', body: { current: s('current password'), password: 'short' } },
    {
      name: 'set a password by a link that is none',
      request: 'POST /password',
      body: { token: s('password link'), password: s('password by link') },
      anonymous: true,
    },
    {
      name: 'unknown bearer',
      request: 'GET /me',
      headers: { authorization: `Bearer ${plain('bearer')}` },
    },
    {
      name: 'basic credentials',
      request: 'GET /me',
      headers: { authorization: `Basic ${Buffer.from(`ada:${s('basic password')}`).toString('base64')}` },
    },
    {
      name: 'unknown cookie',
      request: 'GET /me',
      headers: { authorization: '', cookie: `__Host-sid=${encodeURIComponent(s('cookie'))}` },
    },
    {
      name: 'enrol with a wrong token',
      request: 'POST /agents/enrol',
      body: { token: s('enrolment token') },
      anonymous: true,
    },
    {
      name: 'a value of a setting that is none',
      request: 'PUT /applications/vault/settings/NOT_THERE',
      body: { value: s('value of no setting'), place },
    },
    {
      name: 'a value at no place',
      request: 'PUT /applications/vault/settings/PAYMENT_KEY',
      body: { value: s('value at no place'), place: { environment: 'nowhere', level: 'environment' } },
    },
    {
      name: 'a value with a surplus field',
      request: 'PUT /applications/vault/settings/PAYMENT_KEY',
      body: { value: s('value and more'), place, more: 1 },
    },
    {
      name: 'a value that is a list',
      request: 'PUT /applications/vault/settings/PAYMENT_KEY',
      body: { value: [s('value in a list')], place },
    },
    {
      name: 'a value that is too long',
      request: 'PUT /applications/vault/settings/PAYMENT_KEY',
      body: { value: s('value without end').repeat(10_000), place },
    },
    {
      name: 'a connection to another kind',
      request: 'PUT /applications/vault/settings/DATABASE_URL',
      body: { value: `mysql://vault:${plain('other database')}@db.example/vault`, place },
    },
    {
      name: 'a connection that is no address',
      request: 'PUT /applications/vault/settings/DATABASE_URL',
      body: { value: s('no address'), place },
    },
    {
      name: 'a plan with a setting that is none',
      request: 'POST /plans',
      body: {
        environment: 'development',
        operations: [{ kind: 'configure', application: 'vault', settings: { NOT_THERE: s('planned for nothing') } }],
      },
    },
    {
      name: 'a plan with a bad connection',
      request: 'POST /plans',
      body: {
        environment: 'development',
        operations: [{ kind: 'configure', application: 'vault', settings: { DATABASE_URL: s('planned address') } }],
      },
    },
    {
      name: 'a plan for nowhere',
      request: 'POST /plans',
      body: {
        environment: 'nowhere',
        operations: [{ kind: 'configure', application: 'vault', settings: { PAYMENT_KEY: s('planned for nowhere') } }],
      },
    },
    {
      name: 'a repository with a password',
      request: 'POST /inspections',
      body: { repository: `https://me:${plain('password of git')}@git.invalid/vault.git` },
    },
    {
      name: 'a repository with a token',
      request: 'POST /inspections',
      body: { repository: `https://${plain('token of git')}@git.invalid/vault.git` },
    },
    {
      name: 'a policy from a repository with a password',
      request: 'PUT /environments/development/policy/source',
      body: {
        source: {
          kind: 'repository',
          repository: `https://me:${plain('password of policies')}@git.invalid/p.git`,
          branch: 'main',
        },
        path: 'p.yaml',
      },
    },
    {
      name: 'a webhook with a password',
      request: 'POST /notifications/subscriptions',
      body: {
        name: 'with-password',
        address: {
          kind: 'webhook',
          url: `https://me:${plain('password of a webhook')}@hooks.invalid/x`,
        },
      },
    },
    {
      name: 'a webhook over another scheme',
      request: 'POST /notifications/subscriptions',
      body: {
        name: 'ftp',
        address: { kind: 'webhook', url: `ftp://hooks.invalid/${encodeURIComponent(s('path of a webhook'))}` },
      },
    },
    {
      name: 'a directory that was never tried',
      request: 'POST /identity-providers/people/activate',
      body: {},
    },
    {
      name: 'a provider that is there already',
      request: 'POST /identity-providers',
      body: {
        name: 'acme',
        configuration: { kind: 'oidc', issuer: 'https://id.example.com', clientId: 'almanac' },
        secrets: { clientSecret: s('client secret of a second provider') },
      },
    },
    {
      name: 'a provider with the secret at another place',
      request: 'POST /identity-providers',
      body: {
        name: 'other',
        configuration: {
          kind: 'oidc',
          issuer: 'https://id.example.com',
          clientId: 'almanac',
          clientSecret: s('misplaced client secret'),
        },
      },
    },
    {
      name: 'a directory without encryption',
      request: 'POST /identity-providers',
      body: {
        name: 'other',
        configuration: { kind: 'ldap', server: 'http://127.0.0.1' },
        secrets: { bindPassword: s('password of a directory that is none') },
      },
    },
    {
      name: 'a sign-in by a directory that nobody activated',
      request: 'POST /provider-sign-ins/complete',
      body: { provider: 'people', name: 'ada', password: s('password at a directory') },
      anonymous: true,
    },
    {
      name: 'a code that is wrong',
      request: 'POST /me/proofs',
      body: { kind: 'recovery-code', code: plain('wrong recovery code').slice(0, 20) },
      anonymous: true,
    },
    {
      name: 'half a document',
      request: 'POST /plans',
      body: `{"value": "${plain('half a document')}`,
      headers: { 'content-type': 'application/json' },
    },
    {
      name: 'a token in the address',
      request: `GET /me?token=${encodeURIComponent(s('token in an address'))}`,
      anonymous: true,
    },
    {
      name: 'a foreign page',
      request: 'POST /sessions',
      body: { name: 'ada', password: s('password from elsewhere') },
      headers: { origin: 'https://evil.example' },
      anonymous: true,
    },
    {
      name: 'a foreign host',
      request: 'POST /sessions',
      body: { name: 'ada', password: s('password to elsewhere') },
      headers: { host: 'evil.example' },
      anonymous: true,
    },
  ];
}

/** Makes the attempt; gives its status and all that was answered. */
export async function attempt(
  server: string,
  each: Attempt,
  token: string,
): Promise<{ readonly status: number; readonly text: string }> {
  const [method = 'GET', path = '/'] = each.request.split(' ');
  const headers: Record<string, string> = {
    ...(each.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(each.anonymous === true ? {} : { authorization: `Bearer ${token}` }),
    ...each.headers,
  };
  if (headers['authorization'] === '') delete headers['authorization'];
  const answer = await fetch(`${server}/api/v1${path}`, {
    method,
    headers,
    ...(each.body === undefined ? {} : { body: typeof each.body === 'string' ? each.body : JSON.stringify(each.body) }),
  });
  return { status: answer.status, text: await whole(answer) };
}
