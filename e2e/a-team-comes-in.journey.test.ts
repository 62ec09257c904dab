import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  addApplication,
  createRepository,
  type Estate,
  freePorts,
  type IdentityProviderProcess,
  startEstate,
  startIdentityProvider,
} from '@almanac/testkit';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { executablePath, openConsole, photograph } from './open-console.ts';

const pictures = join(import.meta.dirname, '..', 'test-output', 'a-team-comes-in');
const secret = 'a secret of the client';
const patienceMs = 45_000;
const server = `require('node:http').createServer((_, response) => response.end('here')).listen(process.env.PORT, '127.0.0.1');\n`;
const manifestOf = (application: string) => `application: ${application}
modules:
  web: { start: [node, server.js], health: /, stopGrace: 1 }
`;

describe.skipIf(executablePath === undefined)(
  'a new administrator lets a team in, with the provider of the company',
  () => {
    let directory: string;
    let estate: Estate;
    let provider: IdentityProviderProcess;
    let browser: Browser;
    let ada: Page;
    let dora: Page;

    const newPage = async (): Promise<Page> => {
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
      const page = await context.newPage();
      page.setDefaultTimeout(patienceMs);
      return page;
    };
    const picture = (page: Page, name: string) =>
      page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
    const choose = async (field: string, option: string): Promise<void> => {
      await ada.getByRole('combobox', { name: field, exact: true }).click();
      await ada.getByRole('option', { name: option, exact: true }).click();
    };
    const make = async (name: string, action: string, like?: string): Promise<void> => {
      const dialog = ada.getByRole('dialog');
      await dialog.getByRole('textbox', { name: 'Name' }).fill(name);
      if (like !== undefined) await choose('Begin with what this one holds', like);
      await dialog.getByRole('button', { name: action }).click();
      await ada.getByRole('heading', { name, level: 1 }).waitFor();
    };
    /** What somebody does on the pages of the provider. */
    const signInThere = async (page: Page, login: string): Promise<void> => {
      await page.locator('input[name=login]').fill(login);
      await page.locator('input[name=password]').fill('any');
      await page.locator('button[type=submit]').click();
    };
    /** Asks the API in the session of a page. */
    const post = (page: Page, path: string, body: unknown): Promise<{ status: number; detail: string }> =>
      page.evaluate(
        async ([address, content]) => {
          const headers = { 'content-type': 'application/json' };
          const response = await fetch(address, { method: 'POST', headers, body: content });
          const { detail } = (await response.json()) as { readonly detail?: string };
          return { status: response.status, detail: String(detail) };
        },
        [`${estate.url}/api/v1${path}`, JSON.stringify(body)] as const,
      );

    beforeAll(async () => {
      await mkdir(pictures, { recursive: true });
      directory = await mkdtemp(join(tmpdir(), 'almanac team '));
      await chmod(directory, 0o711);
      estate = await startEstate(undefined, { environment: { ALMANAC_OUTBOUND_INTERNAL: '127.0.0.0/8' } });
      for (const name of ['shopfront', 'strongroom']) {
        const repository = await createRepository(join(directory, name));
        await repository.commit('feat: answer', { 'almanac.yaml': manifestOf(name), 'server.js': server });
        await addApplication(estate.client, repository.path);
      }
      provider = await startIdentityProvider({
        secret,
        port: await freePorts(1),
        redirectUris: [`${estate.url}/sign-in/callback/acme`],
        logoutUri: `${estate.url}/api/v1/identity-providers/acme/logout`,
        accounts: {
          'key-of-ada': { name: 'Ada', preferred_username: 'ada', groups: [] },
          'key-of-dora': { name: 'Dora Developer', preferred_username: 'dora', groups: ['g-developers'] },
        },
      });
      ({ browser, page: ada } = await openConsole(estate, patienceMs));
    });

    afterAll(async () => {
      await browser?.close();
      await provider?.stop();
      await estate?.stop();
      await estate?.remove();
      await rm(directory, { recursive: true, force: true });
    });

    it('makes a team that owns one application', async () => {
      await ada.getByRole('link', { name: 'People' }).click();
      await ada.getByRole('link', { name: 'Teams' }).click();
      await ada.getByRole('button', { name: 'Make a team' }).click();
      await make('web', 'Make the team');

      await choose('Application', 'shopfront');
      await ada.getByRole('button', { name: 'Give to the team' }).click();

      await ada.getByRole('button', { name: 'Take shopfront from the team' }).waitFor();
      await picture(ada, 'team');
    });

    it('sees the estate by team, and what nobody owns below', async () => {
      await ada.getByRole('link', { name: 'Estate' }).click();
      await ada.getByText('By team').click();

      await ada.getByRole('rowheader', { name: 'web', exact: true }).waitFor();

      const rows = await ada.locator('.board tbody th').allInnerTexts();
      expect(rows).toEqual(['web', 'shopfront', 'no team', 'strongroom']);
      await photograph(ada, join(pictures, 'estate-by-team'));
      await ada.getByText('By name').click();
      await ada.getByRole('rowheader', { name: 'web', exact: true }).waitFor({ state: 'detached' });
      await ada.getByRole('link', { name: 'People' }).click();
    });

    it('makes a role for its developers, and sees whom a change concerns before it is saved', async () => {
      await ada.getByRole('link', { name: 'Roles' }).click();
      await ada.getByRole('button', { name: 'Make a role' }).click();
      await make('web-developer', 'Make the role', 'Developer');
      await ada.getByRole('checkbox', { name: 'monitor, all of type production' }).check();
      await ada.getByRole('button', { name: 'See whom it concerns' }).click();
      await ada.getByText('Nobody could do anything else than now.').waitFor();
      await ada.getByRole('button', { name: 'Change the role web-developer' }).click();
      await ada.getByRole('button', { name: 'See whom it concerns' }).and(ada.locator(':disabled')).waitFor();
      await picture(ada, 'role');
    });

    it('makes another one for what is not of the team, which holds nothing', async () => {
      await ada.getByRole('link', { name: 'Roles' }).click();
      await ada.getByRole('button', { name: 'Make a role' }).click();
      await make('outsider', 'Make the role', 'Auditor');
      for (const capability of ['list', 'monitor'])
        await ada.getByRole('checkbox', { name: `${capability}, everywhere else` }).uncheck();
      await ada.getByRole('checkbox', { name: 'read audit', exact: true }).uncheck();
      await ada.getByRole('button', { name: 'See whom it concerns' }).click();

      await ada.getByRole('button', { name: 'Change the role outsider' }).click();

      await ada.getByRole('button', { name: 'See whom it concerns' }).and(ada.locator(':disabled')).waitFor();
    });

    it('adds the provider, whose developers come into the team', async () => {
      await ada.getByRole('link', { name: 'Security' }).click();
      await ada.getByRole('button', { name: 'Add a provider' }).click();
      const dialog = ada.getByRole('dialog', { name: 'Add a provider' });
      const fill = (label: string, text: string) =>
        dialog.getByRole('textbox', { name: label, exact: false }).first().fill(text);
      await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('acme');
      await fill('What the sign-in page calls it', 'Acme');
      await fill('Issuer', provider.issuer);
      await fill('Client ID', 'almanac');
      await dialog.getByLabel('Client secret').fill(secret);
      await fill('Scopes', 'profile groups');
      await choose('Who gets an account by signing in', 'Whoever is in a group below');
      await choose('Default role of whom no group gives another', 'outsider');
      await dialog.getByRole('button', { name: 'Add a group' }).click();
      await dialog.getByRole('textbox', { name: 'Group', exact: true }).fill('g-developers');
      await choose('Role', 'web-developer');
      await choose('In the team', 'web');
      await picture(ada, 'add');
      await dialog.getByRole('button', { name: 'Add acme', exact: true }).click();

      await ada.getByRole('heading', { name: 'Acme', exact: true }).waitFor();
      await ada.getByText('Nobody can sign in with the draft yet').waitFor();
    });

    it('tries it, sees what would happen, and lets people in', async () => {
      await ada.getByRole('button', { name: 'Try it' }).click();
      await signInThere(ada, 'key-of-dora');
      await ada.getByText('Would get a new account, as outsider').waitFor();
      await picture(ada, 'tried');

      await ada.getByRole('button', { name: 'Let people sign in with Acme' }).click();

      await ada.getByText('in use', { exact: true }).waitFor();
    });

    it('a developer signs in with it, and comes to where she wanted to be', async () => {
      dora = await newPage();
      await dora.goto(`${estate.url}/plans`);
      await dora.getByRole('button', { name: 'Sign in with Acme' }).waitFor();
      await picture(dora, 'sign-in');
      await dora.getByRole('button', { name: 'Sign in with Acme' }).click();
      await signInThere(dora, 'key-of-dora');

      await dora.getByRole('heading', { name: 'Plans' }).waitFor();
      await dora.getByRole('button', { name: 'Your account' }).getByText('Dora Developer').waitFor();
      expect(new URL(dora.url()).search).toBe('');
    });

    it('who sees what is of the team, and nothing of what is not', async () => {
      await dora.getByRole('link', { name: 'Estate' }).click();
      await dora.getByText('shopfront').first().waitFor();
      await picture(dora, 'board');

      expect(await dora.getByText('strongroom').count()).toBe(0);
      await dora.goto(`${estate.url}/applications/strongroom`);
      await dora.getByText('There is no such thing').first().waitFor();
    });

    it('cannot deploy it to production, and learns nothing of what is not hers', async () => {
      const planOf = (application: string) => ({
        environment: 'production',
        operations: [{ kind: 'deploy', application, source: { kind: 'latest' } }],
        start: true,
      });

      expect(await post(dora, '/plans', planOf('shopfront'))).toMatchObject({
        status: 403,
        detail: expect.stringContaining('deploy'),
      });
      expect(await post(dora, '/plans', planOf('strongroom'))).toMatchObject({ status: 404 });
      expect(await post(dora, '/plans', planOf('no-such-thing'))).toMatchObject({ status: 404 });
    });

    it('and is told what she may do where, and which rule says so', async () => {
      await dora.goto(`${estate.url}/people/access?environment=production&application=shopfront`);
      await dora.getByText(/is web-developer in the team web, which owns shopfront/).waitFor();
      await picture(dora, 'why');

      const mark = (capability: string) => dora.getByRole('row', { name: new RegExp(`^${capability} `) });
      expect(await mark('monitor').textContent()).toContain('may');
      expect(await mark('monitor').textContent()).not.toContain('may not');
      expect(await mark('deploy').textContent()).toContain('may not');
    });

    it('who signs out at Almanac is signed out at the provider, and asked again', async () => {
      await dora.getByRole('button', { name: 'Your account' }).click();
      await dora.getByRole('menuitem', { name: 'Sign out' }).click();
      await dora.waitForURL(`${provider.issuer}/session/end**`);
      await dora.locator('button[value=yes], button[name=logout]').first().click();
      await dora.getByRole('button', { name: 'Sign in with Acme' }).click();

      await dora.locator('input[name=login]').waitFor();
    });

    it('somebody whom nothing lets in is told why', async () => {
      await signInThere(dora, 'key-of-ada');

      await dora.getByText('There is no account for you here').waitFor();
      await picture(dora, 'refused');
    });
  },
);
