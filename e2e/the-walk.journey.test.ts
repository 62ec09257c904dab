import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { askSite, type Estate, startEstate, waitUntil } from '@almanac/testkit';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { executablePath, launchBrowser } from './open-console.ts';
import { commitGreeting } from './sample-estate.ts';

const pictures = join(import.meta.dirname, '..', 'test-output', 'journey');
const password = 'a long enough password';
const patience = 45_000;

describe.skipIf(executablePath === undefined)('the walk from an empty data directory to Production and back', () => {
  let estate: Estate;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    await mkdir(pictures, { recursive: true });
    estate = await startEstate();
    browser = await launchBrowser();
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.setDefaultTimeout(patience);
  });

  afterAll(async () => {
    await browser?.close();
    await estate?.stop();
    await estate?.remove();
  });

  it('the setup link makes the first administrator and leads to an empty estate', async () => {
    await page.goto(estate.setupUrl ?? '');
    await page.getByRole('textbox', { name: 'Name' }).fill('ada');
    await page.getByRole('textbox', { name: 'Password' }).fill(password);
    await picture(page, 'setup');
    await page.getByRole('button', { name: 'Make the administrator and sign in' }).click();

    await page.getByRole('button', { name: 'Load the sample estate' }).waitFor();
    await picture(page, 'empty-estate');
  });

  it('the sample estate is built and runs in Development', async () => {
    await page.getByRole('button', { name: 'Load the sample estate' }).click();

    for (const application of ['catalog', 'orders', 'storefront'])
      await cell(page, `${application} in Development`, 'healthy').waitFor();
    const shop = await askSite({ port: estate.sitePorts[0], application: 'storefront', path: '/' });
    expect(shop.status).toBe(200);
    await picture(page, 'estate-development');
  });

  it('a commit is seen built and running in Development without a click', async () => {
    const commit = await commitGreeting(estate, 'A greeting from the walk', 'feat: greet from the walk');

    await page
      .getByRole('button', { name: new RegExp(`^storefront in Development: ${commit.slice(0, 8)}, healthy`) })
      .waitFor();
    const shop = await askSite({ port: estate.sitePorts[0], application: 'storefront', path: '/' });
    expect(shop.body).toContain('A greeting from the walk');
  });

  it('each application is tagged with the suggested number', async () => {
    for (const application of ['catalog', 'orders', 'storefront']) {
      await page.goto(`${estate.url}/applications/${application}?tab=versions`);
      await page.getByRole('button', { name: 'Tag a version' }).click();
      await page.getByRole('button', { name: 'Tag 0.1.0' }).click();
      await page.getByRole('cell', { name: '0.1.0', exact: true }).waitFor();
    }
    await picture(page, 'versions');
  });

  it('promoting brings the versions to Quality and to Production', async () => {
    for (const environment of ['Quality', 'Production']) {
      for (const application of ['catalog', 'orders', 'storefront']) {
        await page.goto(`${estate.url}/`);
        await cell(page, `${application} in ${environment}`).click();
        await page.getByRole('button', { name: `Promote 0.1.0 to ${environment}` }).click();
        await picture(page, `promote-${application}-${environment}`);
        await page
          .getByRole('dialog', { name: `Promote 0.1.0 to ${environment}` })
          .getByRole('button', { name: `Promote 0.1.0 to ${environment}` })
          .click();
        await page.getByRole('heading', { name: /^Plan \d+$/ }).waitFor();
        await page.getByText('succeeded', { exact: true }).first().waitFor();
      }
    }
    await picture(page, 'plan');
    const shop = await askSite({ port: estate.sitePorts[2], application: 'storefront', path: '/' });
    expect(shop.body).toContain('A greeting from the walk');
  });

  it('Production goes forward to a new version and is rolled back', async () => {
    await commitGreeting(estate, 'A worse greeting', 'feat: greet worse');
    await page.goto(`${estate.url}/`);
    await page.getByRole('button', { name: /^storefront in Development: 0\.1\.0\+1, healthy/ }).waitFor();
    await deployTo(estate, { environment: 'production', application: 'storefront', from: 'development' });
    await page.getByRole('button', { name: /^storefront in Production: 0\.1\.0\+1, healthy/ }).click();

    await page.getByRole('button', { name: 'Roll back in Production' }).click();
    await page
      .getByRole('dialog', { name: 'Roll back in Production' })
      .getByRole('button', { name: 'Roll back in Production' })
      .click();
    await page.getByText('succeeded', { exact: true }).first().waitFor();

    await page.goto(`${estate.url}/`);
    await page.getByRole('button', { name: /^storefront in Production: 0\.1\.0, healthy/ }).waitFor();
    const shop = await askSite({ port: estate.sitePorts[2], application: 'storefront', path: '/' });
    expect(shop.body).toContain('A greeting from the walk');
  });

  it('every page shows itself in both themes, wide and narrow', async () => {
    const addresses = {
      estate: '/',
      plans: '/plans',
      plan: '/plans/1',
      applications: '/applications',
      application: '/applications/storefront',
      settings: '/applications/storefront?tab=settings',
      environments: '/applications/storefront?tab=environments',
      sites: '/sites',
      site: '/sites/production?log=storefront/web',
      history: '/history',
      about: '/settings',
    };
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const [name, address] of Object.entries(addresses)) {
        await page.goto(estate.url + address);
        await page.getByRole('heading', { level: 1 }).waitFor();
        await page.getByText('live', { exact: true }).waitFor();
        for (const width of [1440, 390]) {
          await page.setViewportSize({ width, height: 900 });
          await picture(page, `${name}-${colorScheme}-${width}`);
        }
      }
    }
  });
});

/** The cell of the board with a name, in a state when one is given. */
function cell(page: Page, name: string, state?: string) {
  return page.getByRole('button', { name: new RegExp(`^${name}: .*${state ?? ''}`) });
}

async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(pictures, `${name}.png`) });
}

async function deployTo(
  estate: Estate,
  input: { readonly environment: string; readonly application: string; readonly from: string },
): Promise<void> {
  const { id } = await estate.client.createPlan({
    body: {
      environment: input.environment,
      operations: [
        { kind: 'deploy', application: input.application, source: { kind: 'environment', environment: input.from } },
      ],
      start: true,
    },
  });
  await waitUntil(
    'the plan to succeed',
    async () => (await estate.client.getPlan({ params: { plan: id } })).state === 'succeeded',
  );
}
