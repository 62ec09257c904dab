import type { Estate } from '@almanac/testkit';
import { type Browser, chromium, type Page } from 'playwright-core';

/** The browser of this machine; journeys with a console are left out where there is none. */
export const executablePath = process.env['ALMANAC_CHROMIUM'];

/** A real browser without a window, which asks nobody for anything by itself; `more` are arguments of Chromium. */
export function launchBrowser(...more: readonly string[]): Promise<Browser> {
  const quiet = ['--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update'];
  return chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: ['--no-sandbox', '--disable-gpu', '--disable-sync', ...quiet, ...more],
  });
}

/** Opens the console of a fresh estate in a real browser, as the administrator that it asks for first. */
export async function openConsole(
  estate: Pick<Estate, 'setupUrl'>,
  patienceMs: number,
): Promise<{ readonly browser: Browser; readonly page: Page }> {
  const browser = await launchBrowser();
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.setDefaultTimeout(patienceMs);
  await setUp(page, estate.setupUrl);
  return { browser, page };
}

/** Makes the administrator whom a fresh estate asks for first, and waits until they are in. */
export async function setUp(page: Page, setupUrl: string | undefined, password = 'a long enough password') {
  await page.goto(setupUrl ?? '');
  await page.getByRole('textbox', { name: 'Name' }).fill('ada');
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await page.getByRole('button', { name: 'Make the administrator and sign in' }).click();
  await page.getByRole('heading', { name: 'Estate' }).waitFor();
}

/** Takes pictures of what a page shows, in both themes, narrow and wide; `file` is a path without its ending. */
export async function photograph(page: Page, file: string, height = 860): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const)
    for (const width of [390, 1280]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height });
      await page.screenshot({ path: `${file}-${colorScheme}-${width}.png`, fullPage: true });
    }
}
