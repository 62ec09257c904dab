import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { createClient } from '@almanac/client';
import { newPrivateKey, type RunningPostgres, startPostgres, writeDurably } from '@almanac/host';
import { routes } from '@almanac/protocol';
import {
  addApplication,
  askSite,
  createRepository,
  type Estate,
  endOf,
  freePorts,
  type IdentityProviderProcess,
  runAlmanac,
  startEstate,
  startIdentityProvider,
  waitUntil,
} from '@almanac/testkit';
import { TOTP, Secret as TotpSecret } from 'otpauth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leaksAmong, unusedPlaces } from './canaries/allowed-places.ts';
import { type Canary, createSearch, type Finding, newCanary } from './canaries/canary.ts';
import { crawl, crawlScim, type Known, listen } from './canaries/crawl.ts';
import { attempt, errorPaths } from './canaries/error-paths.ts';
import { processesOf, processOf } from './processes.ts';
import { tryProvider } from './try-provider.ts';

/** An application that says its secret aloud: once at its start, and whenever it is asked. */
const vault = `
console.log('my key is', process.env.PAYMENT_KEY, 'and', JSON.stringify({ url: process.env.DATABASE_URL }));
require('node:http').createServer((request, response) => {
  console.log(Buffer.from('vault:' + process.env.PAYMENT_KEY).toString('base64'));
  response.end('known: ' + Boolean(process.env.PAYMENT_KEY));
}).listen(process.env.PORT, '127.0.0.1');
`;
const manifest = `application: vault
modules:
  web: { start: [node, server.js], health: /, stopGrace: 1 }
connections:
  DATABASE_URL: { type: postgres }
settings:
  PAYMENT_KEY: { secret: true }
`;

describe.skipIf(process.platform !== 'linux')('secrets of an installation in use', () => {
  const canaries: Canary[] = [];
  const findings: Finding[] = [];
  let directory: string;
  let estate: Estate;
  let postgres: RunningPostgres;
  let receiver: Server;
  let provider: IdentityProviderProcess | undefined;
  const received: string[] = [];
  const tokens = new Map<string, string>();
  let known: Known;

  const plant = (name: string, text?: string): string => {
    const canary = text === undefined ? newCanary(name, { plain: !/setting|ada/.test(name) }) : { name, text };
    canaries.push(canary);
    return canary.text;
  };
  /** What it begins with is shown, so that people know their tokens apart. */
  const plantToken = (name: string, text: string): string => {
    plant(name, text.slice(10));
    return text;
  };
  /** The session, and what the browser is known by. */
  const plantCookies = (whose: string, cookies: string) => {
    for (const each of cookies.split('; ')) {
      const [name = '', token = ''] = each.split('=');
      plantToken(`${name} ${whose}`, token);
    }
  };
  const searched: { readonly place: string; readonly content: string | Buffer }[] = [];
  const keep = (place: string, content: string | Buffer) => searched.push({ place, content });

  const startReceiver = async () => {
    receiver = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        received.push(`${JSON.stringify(request.headers)}\n${Buffer.concat(chunks).toString('utf8')}`);
        response.writeHead(204).end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  };

  /** As a browser does. */
  const send = async (path: string, body: object, headers: Readonly<Record<string, string>> = {}) => {
    const answer = await fetch(`${estate.url}/api/v1${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'sec-fetch-site': 'same-origin',
        ...headers,
      },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    const cookies = answer.headers.getSetCookie().map((each) => each.split(';')[0]);
    return { body: await answer.json(), cookie: cookies.join('; ') };
  };
  /** Ada's authenticator app, with what it shares with the server in every spelling, and her recovery codes. */
  const plantFactors = async (password: string) => {
    const { cookie } = await send('/sessions', { name: 'ada', password });
    plantCookies('of ada', cookie);
    const { body: begun } = await send('/me/totp', {}, { cookie });
    const secret = TotpSecret.fromBase32(plant('TOTP seed', routes.beginTotp.response.parse(begun).secret));
    plant('TOTP seed in hex', secret.hex);
    plant('TOTP seed in base64', Buffer.from(secret.bytes).toString('base64url'));
    const { body: enrolled } = await send('/me/totp/confirm', { code: new TOTP({ secret }).generate() }, { cookie });
    const { recoveryCodes } = routes.confirmTotp.response.parse(enrolled);
    for (const [at, code] of (recoveryCodes ?? []).entries()) {
      plant(`recovery code ${at}`, code);
      plant(`recovery code ${at} without its dashes`, code.replaceAll('-', ''));
    }
  };
  /** Credentials for an emergency that were used, whom they let in, and others that were not. */
  const plantEmergency = async () => {
    const { client } = estate;
    const { secret: used } = await client.makeBreakGlass({ body: {} });
    plantToken('used credentials for an emergency', used);
    const { cookie } = await send('/sessions/break-glass', { secret: used });
    plantCookies('of an emergency', cookie);
    await client.acknowledgeBreakGlass({ body: {} });
    plantToken('credentials for an emergency', (await client.makeBreakGlass({ body: {} })).secret);
  };
  /** A provider that sends its people, and a directory that does not answer. */
  const plantProviders = async () => {
    const { client } = estate;
    const secret = plant('client secret of a provider');
    provider = await startIdentityProvider({
      secret,
      redirectUris: [`${estate.url}/sign-in/callback/acme`],
      accounts: { 'key-of-ada': { preferred_username: 'ada' } },
    });
    await client.createIdentityProvider({
      body: {
        name: 'acme',
        configuration: { kind: 'oidc', issuer: provider.issuer, clientId: 'almanac' },
        secrets: { clientSecret: secret },
        arrival: { defaultRole: 'viewer' },
      },
    });
    // Nothing is activated that was not tried.
    await tryProvider(estate, { provider: 'acme', login: 'key-of-ada' });
    const tries = await client.listDryRuns({ params: { provider: 'acme' } });
    await client.activateIdentityProvider({ params: { provider: 'acme' }, body: {} });
    if (tries.items.length !== 1) throw new Error('the provider was not tried');
    await client.createIdentityProvider({
      body: {
        name: 'people',
        configuration: {
          kind: 'ldap',
          server: 'ldaps://127.0.0.1:9',
          bindDn: 'cn=almanac,dc=example,dc=com',
          people: { base: 'ou=people,dc=example,dc=com', filter: '(uid={name})' },
        },
        secrets: { bindPassword: plant('password of a directory') },
      },
    });
    const sync = await client.createScimToken({ params: { provider: 'acme' }, body: {} });
    tokens.set('directory sync', plantToken('token of a directory sync', sync.secret));
  };

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'almanac canaries '));
    const port = await freePorts(1);
    const password = plant('password of the database');
    const [database, hook] = await Promise.all([
      startPostgres({
        dataDirectory: join(directory, 'postgres'),
        logFile: join(directory, 'postgres.log'),
        mode: { kind: 'loopback', port, password },
        guarded: true,
      }),
      startReceiver(),
    ]);
    postgres = database;
    const { host, user, database: name } = postgres.connection;
    // As an installation of before has it: the server takes it over into the keyring.
    const signingKey = newPrivateKey('Ed25519');
    const ownFolder = join(directory, 'estate');
    await mkdir(ownFolder, { mode: 0o711 });
    await chmod(directory, 0o711);
    await writeDurably(join(ownFolder, 'data', 'keys', 'signing.pem'), signingKey);
    plant('signing key', bodyOf(signingKey));
    estate = await startEstate(undefined, {
      directory: ownFolder,
      environment: {
        DATABASE_URL: `postgres://${user}:${password}@${host}:${port}/${name}`,
        ALMANAC_SMTP_URL: 'smtp://almanac@127.0.0.1:9',
        ALMANAC_SMTP_PASSWORD: plant('password of mail'),
        ALMANAC_MAIL_FROM: 'Almanac <almanac@example.com>',
        ALMANAC_OUTBOUND_INTERNAL: '127.0.0.1',
        ALMANAC_LOG_LEVEL: 'debug',
      },
    });
    const { client } = estate;
    const adas = plant('password of ada');
    const token = new URL(estate.setupUrl ?? '').searchParams.get('token') ?? '';
    await createClient({ baseUrl: estate.url }).completeSetup({ body: { token, name: 'ada', password: adas } });
    plant('setup link', token);
    await plantFactors(adas);
    await plantEmergency();
    plantToken('token of the launcher', estate.token);
    plantToken('token of the builder', (await readFile(join(estate.data, 'tokens', 'builder'), 'utf8')).trim());
    tokens.set('administrator', estate.token);
    for (const role of ['deployer', 'approver', 'viewer'] as const) {
      const { secret } = await client.createPrincipal({ body: { name: `program-${role}`, role } });
      tokens.set(role, plantToken(`token of a ${role}`, secret));
    }
    const { secret: signs } = await client.createNotificationSubscription({
      body: { name: 'hook', address: { kind: 'webhook', url: hook } },
    });
    plant('secret of a webhook', signs ?? '');
    await client.createNotificationSubscription({
      body: { name: 'letters', address: { kind: 'email', to: ['ada@example.com'] } },
    });
    await plantProviders();
    const repository = await createRepository(join(directory, 'vault'));
    await repository.commit('feat: begin', { 'almanac.yaml': manifest, 'server.js': vault });
    await addApplication(client, repository.path);
    await client.setSetting({
      params: { application: 'vault', key: 'PAYMENT_KEY' },
      body: { place: { environment: 'development', level: 'environment' }, value: plant('secret setting') },
    });
    const { id: plan } = await client.createPlan({
      body: { environment: 'development', operations: [{ kind: 'configure', application: 'vault' }], start: true },
    });
    const { state, reason } = await endOf(client, plan);
    if (state !== 'succeeded') throw new Error(`the secret did not arrive: ${reason}`);
    const { items: builds } = await client.listBuilds({ params: { application: 'vault' } });
    const { items: subscriptions } = await client.listNotificationSubscriptions({});
    known = {
      application: 'vault',
      environment: 'development',
      site: 'development',
      module: 'web',
      plan,
      build: builds[0]?.id ?? '',
      since: builds[0]?.id ?? '',
      version: builds[0]?.label ?? '',
      subscription: subscriptions[0]?.id ?? '',
      provider: 'people',
      principal: 'ada',
      start: '2026-01-05T22:00',
      zone: 'UTC',
      duration: 'PT4H',
    };
    plant('master key', (await readFile(join(estate.data, 'keys', 'secrets.key'), 'utf8')).trim());
    const identity = JSON.parse(await readFile(join(estate.data, 'sites', 'development', 'identity.json'), 'utf8'));
    plant('key of a site', bodyOf(identity.signingKey));
  }, 120_000);

  afterAll(async () => {
    await estate?.stop();
    await estate?.remove();
    receiver?.close();
    await provider?.stop();
    await postgres?.stop();
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  });

  it('are used: the application that one is for has it', async () => {
    const { body } = await askSite({ application: 'vault', port: estate.sitePorts[0], path: '/' });

    expect(body).toBe('known: true');
    await waitUntil('the webhook to be told', async () => received.length > 0);
    await waitUntil('the setup link to be gone', async () => !existsSync(join(estate.data, 'setup-token')));
  });

  it('go wrong in more than thirty ways, each of which is refused', async () => {
    const made = new Map<string, Canary>();
    const attempts = errorPaths((name, plain) => {
      const canary = made.get(name) ?? newCanary(name, { plain });
      made.set(name, canary);
      return canary;
    });
    for (const { name, text } of made.values()) canaries.push({ name, text });

    const answers = await Promise.all(attempts.map((each) => attempt(estate.url, each, estate.token)));

    for (const [at, { text }] of answers.entries()) keep(`answer: ${attempts[at]?.name}`, text);
    expect(answers.filter(({ status }) => status < 400 || status >= 500)).toEqual([]);
    expect(attempts.length).toBeGreaterThan(30);
  });

  it('are in nothing that anybody reads, of any role', async () => {
    for (const [role, token] of tokens) {
      const answers = await crawl(estate.url, { token, known });
      for (const { place, text } of answers) keep(`${role}: ${place}`, text);
      if (role !== 'directory sync') keep(`${role}: stream`, await listen(estate.url, { token, ms: 700 }));
      expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
      if (role === 'directory sync') for (const each of await crawlScim(estate.url, token)) keep(each.place, each.text);
      if (role === 'administrator') expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(35);
    }
    for (const [at, text] of received.entries()) keep(`webhook: ${at}`, text);
  });

  it('are in no environment but those that need them', async () => {
    const names = new Map<number | undefined, string>([[estate.launcher.pid, 'launcher']]);
    for (const part of ['server', 'builder', 'agent', 'gateway'] as const) names.set(processOf(estate, part), part);
    const processes = processesOf(estate);
    for (const { pid, command } of processes) {
      const environment = await readFile(`/proc/${pid}/environ`).catch(() => undefined);
      const name = names.get(pid) ?? (/server\.js/.test(command) ? 'instance of vault' : command);
      if (environment !== undefined) keep(`environment: ${name}`, environment);
      keep(`command: ${name}`, command);
    }
    expect(processes.length).toBeGreaterThan(5);
  });

  it('are in no file of any part, and in no backup', async () => {
    const backup = join(directory, 'backup');
    const taken = await runAlmanac(['backup', backup, '--data', estate.data], {
      environment: { DATABASE_URL: addressOf(postgres) },
    });
    expect(taken.status).toBe(0);

    for (const [kind, root] of [
      ['disk', estate.data],
      ['backup', backup],
      ['runtime', join(estate.directory, 'runtime')],
    ] as const)
      for (const file of await filesBelow(root)) {
        const path = relative(root, file);
        // Node and npm for applications, and the git mirror of a repository, hold nothing of ours.
        if (/^programs\//.test(path) || /sites\/shared\/postgres\//.test(path)) continue;
        keep(`${kind}: ${path}`, await readFile(file).catch(() => Buffer.alloc(0)));
      }
    keep('printed by the backup', taken.output + taken.complaint);
    expect(searched.filter(({ place }) => place.startsWith('backup: tables/')).length).toBeGreaterThan(30);
  });

  it('were found nowhere but where they have to be', () => {
    const search = createSearch(canaries);
    for (const { place, content } of searched) findings.push(...search(place, content));

    expect(leaksAmong(findings)).toEqual([]);
    // A search that found nothing at all would prove nothing: each allowed place is one in which something is.
    expect(unusedPlaces(findings)).toEqual([]);
    expect(canaries.length).toBeGreaterThan(70);
  });
});

/** What of a private key in PEM is its own: every PKCS #8 of its kind begins with the same 16 bytes. */
function bodyOf(pem: string): string {
  return pem.replaceAll(/-----[^-]+-----|\s/g, '').slice(22);
}

function addressOf({ connection }: RunningPostgres): string {
  const { user, password, host, port, database } = connection;
  return `postgres://${user}:${password}@${host}:${port}/${database}`;
}

async function filesBelow(root: string): Promise<readonly string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
