import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Estate, startEstate } from '@almanac/testkit';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { executablePath, launchBrowser, setUp } from './open-console.ts';

const pictures = join(import.meta.dirname, '..', 'test-output', 'people');
const password = 'seven purple teapots';

describe.skipIf(executablePath === undefined)('a new administrator lets somebody else in', () => {
  let estate: Estate;
  let browser: Browser;
  let ada: Page;
  let dora: Page;

  const newPage = async (): Promise<Page> => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    page.setDefaultTimeout(45_000);
    return page;
  };
  const signIn = async (page: Page, guess: string): Promise<void> => {
    await page.getByRole('textbox', { name: 'Name' }).fill('dora');
    await page.getByRole('textbox', { name: 'Password' }).fill(guess);
    const answered = page.waitForResponse((each) => each.url().endsWith('/sessions'));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await answered;
  };

  beforeAll(async () => {
    await mkdir(pictures, { recursive: true });
    estate = await startEstate();
    browser = await launchBrowser();
    ada = await newPage();
    await setUp(ada, estate.setupUrl, 'a long enough sentence');
  });

  afterAll(async () => {
    await browser?.close();
    await estate?.stop();
    await estate?.remove();
  });

  it('an invitation is a link that is shown once', async () => {
    await ada.goto(`${estate.url}/people`);
    await ada.getByRole('button', { name: 'Invite somebody' }).click();
    const dialog = ada.getByRole('dialog', { name: 'Invite somebody' });
    await dialog.getByRole('textbox', { name: 'Name' }).fill('dora');
    await dialog.getByRole('button', { name: 'Make the account' }).click();
    const link = await dialog.getByText(`${estate.url}/password#`).textContent();
    await ada.screenshot({ path: join(pictures, 'link.png') });
    await dialog.getByRole('button', { name: 'Done' }).click();
    await ada.getByRole('row', { name: /^dora person viewer/ }).waitFor();

    dora = await newPage();
    await dora.goto(link ?? '');
    await dora.getByRole('textbox', { name: 'Password' }).fill(password);
    await dora.getByRole('button', { name: 'Set the password and sign in' }).click();

    await dora.getByRole('heading', { name: 'Estate' }).waitFor();
  });

  it('whoever may only look is told so where they may not', async () => {
    await dora.goto(`${estate.url}/audit`);
    await dora.getByText('You may not do this').first().waitFor();
    await dora.screenshot({ path: join(pictures, 'refused.png') });
  });

  it('wrong passwords lead to a pause, which the administrator ends', async () => {
    const stranger = await newPage();
    await stranger.goto(`${estate.url}/sign-in`);
    for (const guess of ['a first guess', 'a second guess', 'a third guess']) {
      await signIn(stranger, guess);
      await stranger.getByText('Name or password is wrong', { exact: true }).waitFor();
    }
    await signIn(stranger, password);
    await stranger.getByText(/try again in \d+ s/).waitFor();

    await ada.goto(`${estate.url}/people`);
    await ada.getByRole('row', { name: /^dora 127\.0\.0\.1 account and address/ }).waitFor();
    await ada.screenshot({ path: join(pictures, 'blocked.png') });
    await ada.getByRole('button', { name: 'Let them try again' }).click();
    await ada.getByText(/^Nobody is:/).waitFor();

    await signIn(stranger, password);
    await stranger.getByRole('heading', { name: 'Estate' }).waitFor();
  });

  it('who is deactivated is out, in every browser', async () => {
    await ada.getByRole('button', { name: 'What you can do with dora' }).click();
    await ada.getByRole('menuitem', { name: 'Deactivate' }).click();
    await ada.getByRole('row', { name: /^dora .* deactivated/ }).waitFor();

    await dora.reload();

    await dora.getByRole('heading', { name: 'Sign in to Almanac' }).waitFor();
  });

  it('the audit tells all of it', async () => {
    await ada.goto(`${estate.url}/audit?subject=principal:dora`);
    await ada.getByRole('row', { name: /ada principal-deactivated principal:dora/ }).waitFor();
    const rows = await ada.getByRole('row').allTextContents();
    await ada.screenshot({ path: join(pictures, 'audit.png') });

    const actions = rows.join('\n');
    for (const action of ['user-invited', 'password-set', 'sign-in-failed', 'principal-deactivated'])
      expect(actions).toContain(action);
  });
});
