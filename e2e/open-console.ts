import type { Estate } from '@almanac/testkit';
import { type Browser, chromium, type Page } from 'playwright-core';

/** The browser of this machine; journeys with a console are left out where there is none. */
export const executablePath = process.env['ALMANAC_CHROMIUM'];

/** Opens the console of a fresh estate in a real browser, as the administrator that it asks for first. */
export async function openConsole(
  estate: Pick<Estate, 'setupUrl'>,
  patienceMs: number,
): Promise<{ readonly browser: Browser; readonly page: Page }> {
  const browser = await chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  });
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.setDefaultTimeout(patienceMs);
  await page.goto(estate.setupUrl ?? '');
  await page.getByRole('textbox', { name: 'Name' }).fill('ada');
  await page.getByRole('textbox', { name: 'Password' }).fill('a long enough password');
  await page.getByRole('button', { name: 'Make the administrator and sign in' }).click();
  await page.getByRole('heading', { name: 'Estate' }).waitFor();
  return { browser, page };
}
