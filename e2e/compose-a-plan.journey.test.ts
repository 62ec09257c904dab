import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { askSite, type Estate, loadSample, startEstate, waitUntil } from '@almanac/testkit';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { executablePath, openConsole } from './open-console.ts';
import { repositoryOf } from './sample-estate.ts';

const pictures = join(import.meta.dirname, '..', 'test-output', 'composer');
const patience = 45_000;

describe.skipIf(executablePath === undefined)('a plan is composed in the console', () => {
  let estate: Estate;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    await mkdir(pictures, { recursive: true });
    estate = await startEstate();
    await loadSample(estate.client, 110);
    ({ browser, page } = await openConsole(estate, patience));
  });

  afterAll(async () => {
    await browser?.close();
    await estate?.stop();
    await estate?.remove();
  });

  it('a choice shows what it would break, with consumer, producer and operation', async () => {
    await page.goto(`${estate.url}/plans/compose?to=quality`);
    await choose(page, 'storefront', /^Deploy .*, as in Development$/);

    const findings = page.getByRole('list', { name: 'Findings' });
    await findings.getByText('GET /products', { exact: true }).waitFor();
    expect(await findings.getByRole('listitem').filter({ hasText: 'orders' }).count()).toBeGreaterThan(0);
    expect(await page.getByRole('button', { name: /^Start plan/ }).isDisabled()).toBe(true);
    await picture(page, 'findings');
  });

  it('the graph shows the same, broken references marked', async () => {
    await page.getByText('Graph', { exact: true }).click();
    await page.getByRole('figure', { name: /1 application changed, .*broken/ }).waitFor();
    await picture(page, 'graph');
    await page.getByText('List', { exact: true }).click();
  });

  it('the completion adds what is missing, and the choices survive a reload', async () => {
    await page.getByRole('button', { name: 'Complete the plan' }).click();
    await page.getByText('2 further operations mend it, and nothing smaller does:').waitFor();
    await page.getByRole('button', { name: 'Add them to the plan' }).click();
    await page.getByText('3 operations: nothing speaks against it').waitFor();

    await page.reload();

    await page.getByText('3 operations: nothing speaks against it').waitFor();
    await page.getByRole('button', { name: /^What becomes of catalog: deploy/ }).waitFor();
    await picture(page, 'complete');
  });

  it('going back takes the last choice back', async () => {
    await choose(page, 'orders', /^Leave it out$/);
    await page.getByRole('list', { name: 'Findings' }).waitFor();

    await page.goBack();

    await page.getByText('3 operations: nothing speaks against it').waitFor();
  });

  it('the plan is started, and runs in waves to its end', async () => {
    await page.getByRole('textbox', { name: 'Notes' }).fill('The shop, all of it');
    await page.getByRole('button', { name: /^Start plan \d+ in Quality$/ }).click();
    await page.getByRole('heading', { name: /^Plan \d+$/ }).waitFor();

    await page.getByText('succeeded', { exact: true }).first().waitFor();
    await page.getByText('3 of 3 done').waitFor();
    await page.getByText('The shop, all of it').waitFor();
    expect(await page.getByRole('region', { name: /^(First|Then)/ }).count()).toBeGreaterThan(1);
    await picture(page, 'succeeded');
    const shop = await askSite({ port: estate.sitePorts[1], application: 'storefront', path: '/' });
    expect(shop.status).toBe(200);

    await page.goBack();
    await page.getByText(/is a draft no more: it is succeeded/).waitFor();
  });

  it('the board and the application say what stands between a version and an environment', async () => {
    await estate.client.setPolicy({
      body: {
        scope: { kind: 'environment', environment: 'production' },
        policy: { approvals: [{ name: 'release' }] },
      },
    });
    for (const address of ['/?cell=storefront@quality', '/applications/storefront?tab=environments']) {
      await page.goto(estate.url + address);
      await page.getByText(/^What stands between .* and Production\?$/).click();
      await page.getByText('release: 1 of 1 approvals are missing').waitFor();
    }
    await picture(page, 'why');
  });

  it('a plan waits for somebody else where policy asks for it, and says whom it waits for', async () => {
    await page.goto(`${estate.url}/plans/compose?to=production&everything=true`);
    await page.getByText('release: 1 of 1 approvals are missing').waitFor();
    await picture(page, 'gates');
    await page.getByRole('button', { name: /^Ask for approval of plan \d+$/ }).click();
    await page.getByRole('heading', { name: /^Plan \d+$/ }).waitFor();
    await page.getByText('awaiting approval', { exact: true }).first().waitFor();
    await picture(page, 'awaiting');

    const number = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    const { content } = await estate.client.getPlan({ params: { plan: number } });
    await estate.client.approvePlan({ params: { plan: number }, body: { content, comment: 'looked at it' } });

    await page.getByText('looked at it').waitFor();
    await page.getByText('succeeded', { exact: true }).first().waitFor();
  });

  it('a setting that is missing is given with the plan, and is seen in no address', async () => {
    const repository = await repositoryOf(estate, 'storefront');
    await repository.edit(
      'almanac.yaml',
      (text) => text.replace('settings:\n', 'settings:\n  PAYMENT_KEY: { secret: true, required: true }\n'),
      'feat: payment',
    );
    await waitUntil('the build with the setting', async () => {
      const { items } = await estate.client.listBuilds({ params: { application: 'storefront' } });
      return items[0]?.subject === 'feat: payment' && items[0].state === 'succeeded';
    });
    await page.goto(`${estate.url}/plans/compose?to=quality&all=true`);
    await choose(page, 'storefront', /^Deploy the newest build /);
    await page.getByRole('button', { name: 'Give PAYMENT_KEY a value…' }).click();
    await page.getByRole('dialog').getByLabel('Value').fill('a very secret key');
    await picture(page, 'give-setting');
    await page.getByRole('button', { name: 'Give PAYMENT_KEY with the plan' }).click();

    await page.getByText('1 operation: nothing speaks against it').waitFor();
    await page.getByText('one value given').waitFor();
    await page.getByText('--set storefront.PAYMENT_KEY=<value>').waitFor();
    expect(page.url()).not.toContain('secret');
  });

  it('how an application takes over is chosen for this plan, and survives a reload', async () => {
    await page.goto(`${estate.url}/plans/compose?to=quality&all=true`);
    await choose(page, 'catalog', /^Apply settings$/);
    await choose(page, 'catalog', /^Choose how it takes over…$/);
    await page
      .getByRole('combobox', { name: 'Strategy' })
      .or(page.getByRole('textbox', { name: 'Strategy' }))
      .first()
      .click();
    await page.getByRole('option', { name: 'Canary: step by step' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Steps').fill('10%, soon');
    await dialog.getByText('soon is no share as 10%, no pause as 5m, and not wait').waitFor();
    expect(await dialog.getByRole('button', { name: 'Take over so this time' }).isDisabled()).toBe(true);
    await dialog.getByLabel('Steps').fill('10%, 5m, wait');
    await dialog.getByText('canary: 10 %, wait 5m, wait for somebody').waitFor();
    await picture(page, 'strategy');
    await dialog.getByRole('button', { name: 'Take over so this time' }).click();

    await page.reload();

    await page.getByRole('cell').getByText('canary: 10 %, wait 5m, wait for somebody').waitFor();
    await page.getByText('--rollout catalog=canary:10%,5m,wait').waitFor();
    await page.getByText(/^Kept as draft/).waitFor();
    await picture(page, 'strategy-chosen');
    const number = new URL(page.url()).searchParams.get('plan') ?? '';
    // The draft of before is kept until what was chosen since is.
    const rollout = await waitUntil('the draft to say how it takes over', async () => {
      const { operations } = await estate.client.getPlan({ params: { plan: number } });
      return operations[0]?.rollout ?? undefined;
    });
    expect(rollout).toMatchObject({
      strategy: 'canary',
      steps: [{ weight: 10 }, { pause: 300 }, { pause: 'until-resumed' }],
    });
  });
});

/** Chooses what becomes of an application. */
async function choose(page: Page, application: string, choice: RegExp): Promise<void> {
  await page.getByRole('button', { name: new RegExp(`^What becomes of ${application}:`) }).click();
  await page.getByRole('menuitem', { name: choice }).click();
}

async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(pictures, `${name}.png`) });
}
