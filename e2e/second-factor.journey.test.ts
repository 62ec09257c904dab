import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { privateDirectory } from '@almanac/host';
import { type Estate, startEstate } from '@almanac/testkit';
import { Secret, TOTP } from 'otpauth';
import pg from 'pg';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { executablePath, launchBrowser, setUp } from './open-console.ts';

const pictures = join(import.meta.dirname, '..', 'test-output', 'second-factor');
const password = 'a long enough sentence';

describe.skipIf(executablePath === undefined)('whoever learns a password is not in', () => {
  let estate: Estate;
  let url: string;
  let browser: Browser;
  let ada: Page;
  let secret: string;
  let codes: readonly string[];
  let sealed: string;

  /** Browsers make passkeys for a name, and on one's own machine that is `localhost`. */
  const newPage = async (): Promise<Page> => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    page.setDefaultTimeout(45_000);
    return page;
  };
  const addAuthenticator = async (page: Page): Promise<void> => {
    const session = await page.context().newCDPSession(page);
    await session.send('WebAuthn.enable');
    await session.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
  };
  const code = (later = 0) =>
    new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + later * 30_000 });
  const givePassword = async (page: Page): Promise<void> => {
    await page.goto(`${url}/sign-in`);
    await page.getByRole('textbox', { name: 'Name' }).fill('ada');
    await page.getByRole('textbox', { name: 'Password' }).fill(password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  };
  const isIn = (page: Page) => page.getByRole('heading', { name: 'Estate' }).waitFor();

  beforeAll(async () => {
    await mkdir(pictures, { recursive: true });
    estate = await startEstate();
    url = estate.url.replace('127.0.0.1', 'localhost');
    browser = await launchBrowser();
    ada = await newPage();
    await addAuthenticator(ada);
    await setUp(ada, estate.setupUrl?.replace('127.0.0.1', 'localhost'), password);
  });

  afterAll(async () => {
    await browser?.close();
    await estate?.stop();
    await estate?.remove();
  });

  it('an authenticator app is set up with a QR code and its first code', async () => {
    await ada.goto(`${url}/account`);
    await ada.getByRole('button', { name: 'Set an authenticator app up' }).click();
    const dialog = ada.getByRole('dialog', { name: 'An authenticator app' });
    await dialog.getByRole('img', { name: 'QR code for an authenticator app' }).waitFor();
    secret = ((await dialog.getByText(/^[A-Z2-7 ]{32,}$/).textContent()) ?? '').replaceAll(' ', '');
    await ada.screenshot({ path: join(pictures, 'app.png') });
    await dialog.getByRole('textbox', { name: 'Code' }).fill(code(-1));
    await dialog.getByRole('button', { name: 'Set the app up' }).click();

    const shown = ada.getByRole('dialog', { name: 'Recovery codes' });
    await shown.getByRole('listitem').nth(9).waitFor();
    codes = await shown.getByRole('listitem').allTextContents();
    await ada.screenshot({ path: join(pictures, 'recovery-codes.png') });
    await shown.getByRole('button', { name: 'I kept them' }).click();

    expect(codes).toHaveLength(10);
    await ada.getByText('10 recovery codes are left.').waitFor();
  });

  it('a password alone leads to the second step, and a code of the app from there on', async () => {
    const page = await newPage();
    await givePassword(page);
    await page.getByRole('heading', { name: 'One more step' }).waitFor();
    await page.screenshot({ path: join(pictures, 'second-step.png') });
    const refused = await page.request.get(`${url}/api/v1/board`);
    expect(refused.status()).toBe(401);
    await page.getByRole('textbox', { name: 'Code' }).fill(code());
    await page.getByRole('button', { name: 'Sign in' }).click();

    await isIn(page);
  });

  it('a recovery code lets in whoever lost the app', async () => {
    const page = await newPage();
    await givePassword(page);
    await page.getByRole('button', { name: 'Use a recovery code instead' }).click();
    await page.getByRole('textbox', { name: 'Recovery code' }).fill(codes[0] ?? '');
    await page.getByRole('button', { name: 'Sign in' }).click();

    await isIn(page);
  });

  it('a passkey is made, and signs in alone', async () => {
    await ada.getByRole('button', { name: 'Add a passkey' }).click();
    const dialog = ada.getByRole('dialog', { name: 'A passkey' });
    await dialog.getByRole('textbox', { name: 'Name of the passkey' }).fill('this laptop');
    await dialog.getByRole('button', { name: 'Make a passkey' }).click();
    await ada.getByRole('cell', { name: /^Passkey this laptop/ }).waitFor();
    await ada.screenshot({ path: join(pictures, 'account.png'), fullPage: true });
    await ada.getByRole('button', { name: 'Your account' }).click();
    await ada.getByRole('menuitem', { name: 'Sign out' }).click();

    await ada.getByRole('button', { name: 'Sign in with a passkey' }).click();

    await isIn(ada);
  });

  it('what is sensitive asks for a proof once the last one is old, and goes on by itself', async () => {
    const database = new pg.Client({
      host: privateDirectory(join(estate.data, 'postgres')),
      port: 5432,
      user: 'almanac',
      database: 'postgres',
    });
    await database.connect();
    await database.query(`update sessions set proved_until = now() - interval '1 second'`);
    await database.end();
    await ada.goto(`${url}/security/second-factors`);
    await ada.getByRole('radio', { name: 'Everybody' }).check();
    await ada.getByRole('button', { name: 'Save who must have one' }).click();
    const dialog = ada.getByRole('dialog', { name: 'Prove that it is you' });
    await dialog.waitFor();
    await ada.screenshot({ path: join(pictures, 'step-up.png') });
    await dialog.getByRole('button', { name: 'Go on' }).click();

    await ada.getByRole('row', { name: /^ada yes 1 9 yes/ }).waitFor();
  });

  it('sealed credentials let somebody in once, and every administrator sees it', async () => {
    await ada.getByRole('button', { name: 'Make credentials' }).click();
    sealed = (await ada.getByText(/^alb_/).textContent()) ?? '';
    await ada.screenshot({ path: join(pictures, 'second-factors.png'), fullPage: true });
    const stranger = await newPage();
    await stranger.goto(`${url}/break-glass`);
    await stranger.getByRole('textbox', { name: 'The sealed credentials' }).fill(sealed);
    await stranger.screenshot({ path: join(pictures, 'break-glass.png') });
    await stranger.getByRole('button', { name: 'Use the credentials and sign in' }).click();
    await isIn(stranger);

    await ada.getByText('The credentials for an emergency were used').first().waitFor();
    await ada.screenshot({ path: join(pictures, 'alarm.png') });
    await ada.getByRole('button', { name: 'I took note' }).click();

    await ada.getByRole('alert').waitFor({ state: 'detached' });
  });

  it('somebody new sets a second factor up in the first sign-in, because policy asks for one', async () => {
    await ada.goto(`${url}/people`);
    await ada.getByRole('button', { name: 'Invite somebody' }).click();
    const dialog = ada.getByRole('dialog', { name: 'Invite somebody' });
    await dialog.getByRole('textbox', { name: 'Name' }).fill('dora');
    await dialog.getByRole('button', { name: 'Make the account' }).click();
    const link = (await dialog.getByText('/password#').textContent()) ?? '';
    const dora = await newPage();
    await addAuthenticator(dora);
    await dora.goto(link.replace('127.0.0.1', 'localhost'));
    await dora.getByRole('textbox', { name: 'Password' }).fill('seven purple teapots');
    await dora.getByRole('button', { name: 'Set the password and sign in' }).click();
    await dora.getByRole('heading', { name: 'Set a second factor up' }).waitFor();
    await dora.screenshot({ path: join(pictures, 'enrolment.png') });
    await dora.getByRole('button', { name: 'A passkey of this device or a security key' }).click();
    await dora.getByRole('textbox', { name: 'Name of the passkey' }).fill('telephone');
    await dora.getByRole('button', { name: 'Make a passkey' }).click();
    await dora.getByRole('button', { name: 'I kept them' }).click();

    await isIn(dora);
  });
});
