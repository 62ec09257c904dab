import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentProtocol, type Route, routes } from '@almanac/protocol';
import {
  addApplication,
  createRepository,
  type Estate,
  type IdentityProviderProcess,
  outputOf,
  type Repository,
  runAlmanac,
  startEstate,
  waitUntil,
} from '@almanac/testkit';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { foreignPage, type Navigation, submitForm, tellViolations } from './foreign-page.ts';
import { executablePath, launchBrowser, setUp } from './open-console.ts';
import { polyglots } from './polyglots.ts';
import { allPolyglots, bringPolyglots, storePolyglots } from './stored-polyglots.ts';

/** A name that leads to this machine, for a page of another site. */
const otherSite = 'evil.example';
const foreignPlaces = [
  // Another port is another origin of the same site: the browser sends the cookie along.
  ['another origin', '127.0.0.1', true],
  ['another site', otherSite, false],
] as const;
const enctypes = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'] as const;
/** Prints every text while it is built and while it runs. */
const server = `
for (const text of ${JSON.stringify(polyglots)}) console.log(text);
if (process.env.PORT) require('node:http').createServer((_, response) => response.end('x')).listen(process.env.PORT, '127.0.0.1');
`;
const changing = Object.values<Route>(routes).filter(({ method }) => method !== 'GET');
const changingPaths = [...new Set(changing.map(({ path }) => path))];
const manifest = `application: mirror
modules:
  web: { build: [node, server.js], start: [node, server.js], health: /, stopGrace: 1 }
settings:
  TEXT: { default: x }
`;

describe.skipIf(executablePath === undefined)('a browser at the console', () => {
  let estate: Estate;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let directory: string;
  let repository: Repository;
  let elsewhere: Server;
  let provider: IdentityProviderProcess | undefined;
  let hostilePage = '';
  /** What must not happen: dialogs, violations of the policy, code that ran. */
  const harm: string[] = [];

  const watchedTab = async (): Promise<Page> => {
    const tab = await context.newPage();
    tab.setDefaultTimeout(30_000);
    tab.on('dialog', (dialog) => {
      harm.push(`dialog ${dialog.message()} on ${tab.url()}`);
      void dialog.dismiss();
    });
    tab.on('console', (message) => {
      if (/POLICY|Content Security Policy|Trusted|TrustedHTML/i.test(message.text()))
        harm.push(`${message.text()} on ${tab.url()}`);
    });
    tab.on('pageerror', (error) => harm.push(`${error.message} on ${tab.url()}`));
    return tab;
  };

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'almanac surface '));
    elsewhere = createServer(
      (_request, response) => void response.setHeader('content-type', 'text/html').end(hostilePage),
    );
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    [estate, repository, browser] = await Promise.all([
      startEstate(undefined, { environment: { ALMANAC_OUTBOUND_INTERNAL: '127.0.0.1' } }),
      createRepository(join(directory, 'mirror')),
      launchBrowser(`--host-resolver-rules=MAP ${otherSite} 127.0.0.1`),
    ]);
    await repository.git('config', 'user.name', polyglots[5] ?? '');
    await repository.commit(allPolyglots.slice(0, 400), { 'almanac.yaml': manifest, 'server.js': server });
    context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    await context.addInitScript({ content: tellViolations });
    page = await watchedTab();
    await setUp(page, estate.setupUrl, 'a long enough sentence');
  });

  afterAll(async () => {
    await browser?.close();
    await provider?.stop();
    await estate?.stop();
    await estate?.remove();
    elsewhere?.close();
    await rm(directory, { recursive: true, force: true });
  });

  it('shows what others wrote on every page as text, under a policy that nothing breaks', async () => {
    const { client } = estate;
    const application = await addApplication(client, repository.path);
    const [build] = (await client.listBuilds({ params: { application } })).items;
    await storePolyglots(client, { application, build: build?.id ?? '' });
    provider = await bringPolyglots(estate);

    const paths = [...(await pagesOf(estate, { application, build: build?.id ?? '' }))];
    const visit = async () => {
      const tab = await watchedTab();
      for (let path = paths.shift(); path !== undefined; path = paths.shift()) {
        await tab.goto(`${estate.url}${path}`);
        await tab.getByRole('heading').first().waitFor();
        await tab.waitForLoadState('networkidle');
        if (await tab.evaluate(() => Object.hasOwn(globalThis, 'harmed'))) harm.push(`code ran on ${path}`);
      }
      await tab.close();
    };
    // Each waits until nothing moves: three of them wait together.
    await Promise.all([visit(), visit(), visit()]);
    await page.goto(`${estate.url}/builds/${build?.id}`);
    await page.getByText('</title><script>').first().waitFor();

    // What a provider said of somebody, and whom it brought by SCIM.
    for (const path of ['/security/sign-in/acme', '/people']) {
      await page.goto(`${estate.url}${path}`);
      await page
        .getByText(polyglots[0] ?? '')
        .first()
        .waitFor();
    }

    expect(await page.evaluate(() => Object.hasOwn(globalThis, 'harmed'))).toBe(false);
    expect(harm).toEqual([]);
  });

  it('prints what others wrote without what a terminal would obey', async () => {
    const { number } = (await estate.client.listPlans({})).items[0] ?? { number: 0 };
    const outputs: string[] = [];
    for (const words of [
      ['logs', 'mirror', '--env', 'development'],
      ['app', 'list'],
      ['app', 'show', 'mirror'],
      ['env', 'list'],
      ['plan', 'list'],
      ['plan', 'show', String(number)],
      ['release', 'show', 'spring'],
      ['version', 'list', 'mirror'],
      ['freeze', 'list'],
      ['quarantine', 'list'],
      ['audit', 'list'],
      ['site', 'list'],
      ['site', 'show', 'far'],
    ]) {
      const output = outputOf(await runAlmanac(words, { server: estate, token: estate.token }));

      expect(output).not.toMatch(/[^\P{Cc}\t\n]|[\u202a-\u202e\u2066-\u2069]/u);
      outputs.push(output);
    }

    // What a builder says of a file that is not there names the file.
    const missing = await runAlmanac(['app', 'add', repository.path, '--manifest', '\u001b[31m\u009b31m<img>.yaml'], {
      server: estate,
      token: estate.token,
    });
    expect(missing.status).not.toBe(0);
    expect(missing.output + missing.complaint).toContain('<img>.yaml');
    expect(missing.output + missing.complaint).not.toMatch(/[^\P{Cc}\t\n]|[\u202a-\u202e\u2066-\u2069]/u);

    expect(outputs[0]).toContain('<img src=x onerror=');
    // Most of them show a text that somebody else wrote; the others show names alone.
    expect(outputs.filter((output) => output.includes('harmed')).length).toBeGreaterThan(4);
  });

  it.each(foreignPlaces)('lets no page of %s change anything', async (_, host) => {
    const targets = changing.map(({ method, path }) => ({
      method,
      url: `${estate.url}/api/v1${path.replace(/:\w+/g, 'mirror')}`,
    }));
    hostilePage = foreignPage(targets, `${estate.url.replace(/^http/, 'ws')}${agentProtocol.path}`);
    const before = await standOf(estate);
    const foreign = await context.newPage();
    await foreign.goto(`http://${host}:${(elsewhere.address() as AddressInfo).port}/`);
    const answered: unknown = await foreign.evaluate('globalThis.attacked');
    await foreign.close();

    expect(changing.length).toBeGreaterThan(60);
    expect(answered).toEqual([]);
    await page.goto(`${estate.url}/`);
    await page.getByRole('heading', { name: 'Estate' }).waitFor();
    expect(await standOf(estate)).toEqual(before);
  });

  it.each(foreignPlaces)(
    'lets no page of %s change anything by taking its visitor along',
    async (_, host, isSameSite) => {
      hostilePage = '<!doctype html><title>x</title>';
      const before = await standOf(estate);
      const tab = await context.newPage();
      const navigate = async (navigation: Navigation) => {
        await tab.goto(`http://${host}:${(elsewhere.address() as AddressInfo).port}/`);
        const answered = tab.waitForResponse(
          (response) => response.request().isNavigationRequest() && response.url().startsWith(estate.url),
        );
        await tab.evaluate(submitForm(navigation));
        const response = await answered;
        await tab.waitForURL((url) => url.href.startsWith(estate.url));
        const { cookie = '' } = await response.request().allHeaders();
        return { status: response.status(), carried: cookie.includes('almanac-session') };
      };

      const posted: Awaited<ReturnType<typeof navigate>>[] = [];
      const got = new Map<string, (typeof posted)[number]>();
      // Every second path from each place: a tab takes its time.
      for (const [at, path] of changingPaths.entries()) {
        if ((at % 2 === 0) !== isSameSite && path !== '/teams') continue;
        const url = `${estate.url}/api/v1${path.replace(/:\w+/g, 'mirror')}`;
        const [enctype = 'text/plain'] = enctypes.slice(at % enctypes.length);
        posted.push(await navigate({ method: 'post', url, enctype }));
        // What only reads is asked for here and there: that it changes nothing is tested elsewhere.
        if (at % 10 < 2 || path === '/teams') got.set(path, await navigate({ method: 'get', url, enctype }));
      }
      await tab.close();

      expect(posted.length).toBeGreaterThan(30);
      expect(posted.filter(({ status }) => status < 400)).toEqual([]);
      // Whoever comes from another site is nobody; from another origin it is their own tab that shows what they may read.
      expect(new Set([...posted, ...got.values()].map(({ carried }) => carried))).toEqual(new Set([isSameSite]));
      expect(got.get('/teams')?.status).toBe(isSameSite ? 200 : 401);
      expect(await standOf(estate)).toEqual(before);
    },
  );

  it('lets its own page change what its visitor may', async () => {
    const status = await page.evaluate(
      `fetch('/api/v1/teams', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"name":"evil"}' })
        .then((answer) => answer.status)`,
    );

    expect(status).toBe(201);
  });
});

/** Every kind of page, with what there is to show. */
async function pagesOf(estate: Estate, given: { readonly application: string; readonly build: string }) {
  const { client } = estate;
  const [plan] = (await client.listPlans({})).items;
  const [site] = (await client.listSites()).items;
  return [
    '/',
    '/applications',
    ...['builds', 'versions', 'environments', 'settings', 'headers'].map(
      (tab) => `/applications/${given.application}?tab=${tab}`,
    ),
    `/builds/${given.build}`,
    '/plans',
    `/plans/${plan?.number ?? plan?.id}`,
    '/plans/compose',
    '/releases',
    '/releases/spring',
    '/governance',
    '/governance/policy',
    '/sites',
    `/sites/${site?.name}`,
    '/sites/far',
    '/environments/development',
    '/environments/production',
    '/history',
    '/people',
    '/people/teams',
    '/people/teams/shop',
    '/people/roles',
    '/people/roles/reader',
    '/people/grants',
    '/people/access',
    '/account',
    '/security',
    '/security/second-factors',
    '/security/networks',
    '/security/numbers',
    '/security/signing-keys',
    '/security/sign-in',
    '/security/sign-in/acme',
    '/audit',
    '/settings',
    '/settings/notifications',
  ];
}

/** What commands leave behind: none leaves no entry in the audit. That a read was refused is told there as well. */
async function standOf(estate: Estate) {
  const { items } = await estate.client.listAudit({ query: { limit: 200 } });
  const commanded = items.filter(({ actor, action }) => actor === 'ada' && action !== 'access-refused');
  await waitUntil('the builder to rest', async () =>
    (await estate.client.listPlans({})).items.every((plan) => plan.state !== 'deploying'),
  );
  const { items: principals } = await estate.client.listPrincipals({});
  return { commanded: commanded.map(({ action, subject }) => `${action} ${subject}`), principals };
}
