import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createRepository, type Estate, loadSample, type Repository, startEstate } from '@almanac/testkit';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { executablePath, openConsole } from './open-console.ts';

const pictures = join(import.meta.dirname, '..', 'test-output', 'governance');
const patience = 45_000;

describe.skipIf(executablePath === undefined)('releases and governance in the console', () => {
  let estate: Estate;
  let browser: Browser;
  let page: Page;
  let repository: Repository;

  beforeAll(async () => {
    await mkdir(pictures, { recursive: true });
    estate = await startEstate();
    await loadSample(estate.client, 110);
    for (const application of ['catalog', 'orders', 'storefront'])
      await estate.client.createVersion({ params: { application }, body: await newest(estate, application) });
    repository = await createRepository(join(estate.directory, 'policies'));
    ({ browser, page } = await openConsole(estate, patience));
  });

  afterAll(async () => {
    await browser?.close();
    await estate?.stop();
    await estate?.remove();
  });

  it('what Development runs becomes a release, which shows where it is', async () => {
    await page.goto(`${estate.url}/releases`);
    await page.getByRole('button', { name: 'Make a release' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Name' }).fill('spring');
    await choose(page, 'Environment', 'Development');
    await dialog.getByRole('list', { name: 'What the release names' }).getByText('storefront').waitFor();
    await picture(page, 'make-release');
    await dialog.getByRole('button', { name: 'Make release spring' }).click();

    await page.getByRole('heading', { name: 'Release spring' }).waitFor();
    await page.getByText('all of it').waitFor();
    expect(await page.getByText('none of it').count()).toBe(2);
    await picture(page, 'release');
  });

  it('a release is made of versions one by one, and removed again', async () => {
    await page.goto(`${estate.url}/releases`);
    await page.getByRole('button', { name: 'Make a release' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Name' }).fill('catalog-only');
    await dialog.getByText('Versions one by one').click();
    await choose(page, 'Application', /^Catalog/i);
    await choose(page, 'Version', '1.0.0');
    await dialog.getByRole('list', { name: 'What the release names' }).getByText('1.0.0').waitFor();
    await dialog.getByText('almanac release create catalog-only catalog@1.0.0').waitFor();
    await picture(page, 'make-release-of-versions');
    await dialog.getByRole('button', { name: 'Make release catalog-only' }).click();

    await page.getByRole('heading', { name: 'Release catalog-only' }).waitFor();
    await page.getByRole('button', { name: 'Remove the name' }).click();
    await page.getByRole('button', { name: 'Remove release catalog-only' }).click();
    await page.getByRole('heading', { name: 'Releases' }).waitFor();
    await page.getByRole('link', { name: 'spring' }).click();
  });

  it('a release is brought to an environment as a whole, and its plan remembers it', async () => {
    await page.getByRole('link', { name: 'Bring spring to Quality' }).click();
    await page.getByText('3 operations: nothing speaks against it').waitFor();
    await page.getByText('almanac plan create --release spring --to quality').waitFor();
    await picture(page, 'compose-by-release');

    await page.reload();
    await page.getByRole('button', { name: /^Start plan \d+ in Quality$/ }).click();

    await page.getByRole('heading', { name: /^Plan \d+$/ }).waitFor();
    await page.getByText('succeeded', { exact: true }).first().waitFor();
    await page.getByRole('link', { name: 'spring' }).click();
    await page.getByRole('heading', { name: 'Release spring' }).waitFor();
    await page.getByText('all of it').nth(1).waitFor();
    await page.goto(`${estate.url}/releases`);
    await page.getByRole('link', { name: 'spring' }).waitFor();
    await picture(page, 'releases');
  });

  it('a policy is filled in, told at its fields, shown as what would change, and put in force', async () => {
    await page.goto(`${estate.url}/governance`);
    await page.getByRole('link', { name: 'Change the policy of Production' }).click();
    await page.getByRole('button', { name: 'Ask for an approval' }).click();
    await page.getByRole('textbox', { name: 'How many' }).fill('none');
    await page.getByText('Something is not filled in right yet').waitFor();
    await page.getByRole('textbox', { name: 'Who is asked' }).fill('release desk');
    await page.getByRole('textbox', { name: 'How many' }).fill('2');
    await page.getByRole('button', { name: 'Add a change window' }).click();
    await page.getByRole('textbox', { name: 'For', exact: true }).fill('a while');
    await page.getByText('is an ISO 8601 duration such as PT4H or P2D').waitFor();
    await picture(page, 'policy-fault');
    await page.getByRole('textbox', { name: 'For', exact: true }).fill('3 h');
    await page.getByText('Fri', { exact: true }).click();

    const openings = page.getByRole('list', { name: 'Next times' }).getByRole('listitem');
    await page.getByText(/^every Friday from 22:00 for 3 h/).waitFor();
    await openings.nth(4).waitFor();
    expect((await openings.allTextContents()).every((each) => /^Fri, .* 22:00 to Sat, .* 01:00$/.test(each))).toBe(
      true,
    );
    const change = page.getByRole('region', { name: 'What would change' });
    await change.getByText('2 approvals (release desk) by anybody who may approve, not by the requester').waitFor();
    await change.getByRole('textbox', { name: 'Why' }).fill('two people from now on');
    await picture(page, 'policy');
    await change.getByRole('button', { name: 'Put version 1 in force' }).click();

    await page.getByRole('region', { name: 'Versions' }).getByText('“two people from now on”').waitFor();
    const { policies } = await estate.client.getPolicy({ params: { environment: 'production' } });
    expect(policies).toMatchObject([
      {
        version: 1,
        policy: { approvals: [{ count: 2 }], windows: [{ duration: 'PT3H', rule: 'FREQ=WEEKLY;BYDAY=FR' }] },
      },
    ]);
  });

  it('an earlier version is put in force again, after a look at what that changes', async () => {
    await page.getByRole('button', { name: 'Remove this window' }).click();
    await page.getByRole('button', { name: 'Put version 2 in force' }).click();
    await page.getByRole('button', { name: 'Put version 1 in force again' }).click();
    await page
      .getByRole('dialog')
      .getByText(/changes begin every Friday/)
      .waitFor();
    await picture(page, 'policy-again');
    await page.getByRole('dialog').getByRole('button', { name: 'Put version 1 in force again' }).click();

    await page.getByText('“version 1 again”').waitFor();
    await page.getByText(/^every Friday from 22:00 for 3 h/).waitFor();
    await page.goto(`${estate.url}/governance`);
    await page.getByText(/^changes begin every Friday from 22:00 for 3 h/).waitFor();
    await picture(page, 'governance');
  });

  it('a freeze is made, set aside for one plan with a reason, and lifted', async () => {
    await page.getByRole('button', { name: 'Freeze…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Name' }).fill('inventory');
    await choose(page, 'What is frozen', 'Quality');
    await dialog.getByRole('textbox', { name: 'Why' }).fill('we count');
    await picture(page, 'freeze');
    await dialog.getByRole('button', { name: 'Freeze inventory' }).click();
    await page.getByText('quality: frozen until somebody lifts it').waitFor();

    await page.goto(`${estate.url}/plans/compose?to=quality&all=true&choose=catalog=configure`);
    await page.getByRole('button', { name: /^Start plan \d+ when the freeze ends$/ }).waitFor();
    await page.getByRole('button', { name: 'Set freezes and change windows aside…' }).click();
    await page.getByRole('dialog').getByRole('textbox', { name: 'Why' }).fill('the counters asked for it');
    await picture(page, 'set-aside');
    await page.getByRole('dialog').getByRole('button', { name: 'Set freezes and change windows aside' }).click();
    await page.getByRole('button', { name: /^Start plan \d+ in Quality$/ }).click();
    await page.getByText('succeeded', { exact: true }).first().waitFor();
    await page.getByText('ada set freezes and change windows aside: the counters asked for it').waitFor();

    await page.goto(`${estate.url}/governance`);
    await page.getByRole('button', { name: 'Lift inventory', exact: true }).click();
    await page.getByRole('dialog').getByRole('textbox', { name: 'Why' }).fill('all is counted');
    await page.getByRole('dialog').getByRole('button', { name: 'Lift inventory', exact: true }).click();
    await page.getByText('Nothing is frozen, and nothing is to be.').waitFor();
  });

  it('a finding that prevents the start is set aside for one content, with a reason', async () => {
    await page.goto(`${estate.url}/plans/compose?to=production&all=true&choose=storefront=source`);
    await page
      .getByText('One error prevents the start.')
      .or(page.getByText(/errors prevent the start/))
      .waitFor();
    const aside = page.getByRole('button', { name: /^Set .* of storefront aside…$/ });
    while ((await aside.count()) > 0) {
      const left = await aside.count();
      await aside.first().click();
      await page.getByRole('dialog').getByRole('textbox', { name: 'Why' }).fill('its producers come tomorrow');
      await page
        .getByRole('dialog')
        .getByRole('button', { name: /aside$/ })
        .click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await aside.nth(left - 1).waitFor({ state: 'detached' });
    }
    await picture(page, 'findings-aside');
    await page.getByRole('button', { name: /^Discard draft/ }).click();
    await page.getByRole('heading', { name: 'Plans' }).waitFor();
  });

  it('a version is put into quarantine, and let out again', async () => {
    await page.goto(`${estate.url}/governance`);
    await page.getByRole('button', { name: 'Put a version into quarantine…' }).click();
    await choose(page, 'Application', /^Catalog/i);
    await choose(page, 'Version', '1.0.0');
    await page.getByRole('dialog').getByRole('button', { name: 'Say why' }).click();
    await page.getByRole('dialog').getByRole('textbox', { name: 'Why' }).fill('its prices are wrong');
    await page.getByRole('dialog').getByRole('button', { name: 'Put catalog 1.0.0 into quarantine' }).click();
    await page.getByRole('region', { name: 'Quarantine' }).getByText('its prices are wrong').waitFor();
    await picture(page, 'quarantine');
    await page.goto(`${estate.url}/applications/catalog?tab=versions`);
    await page.getByRole('cell', { name: /its prices are wrong$/ }).waitFor();
    await picture(page, 'versions');
    await page.goto(`${estate.url}/governance`);

    await page.getByRole('button', { name: 'Let catalog 1.0.0 out' }).click();
    await page.getByRole('dialog').getByRole('textbox', { name: 'Why' }).fill('they are right after all');
    await page.getByRole('dialog').getByRole('button', { name: 'Let catalog 1.0.0 out' }).click();
    await page.getByText('Nothing is in quarantine.').waitFor();
  });

  it('a policy is read from git, stays in force where what comes next is wrong, and is given back', async () => {
    const commit = await repository.commit('feat: a policy', { 'quality.yaml': 'tests: true\nsoak: 60\n' });
    await page.goto(`${estate.url}/governance/policy?scope=environment&environment=quality`);
    await page.getByRole('button', { name: 'Read it from git instead' }).click();
    await page.getByRole('dialog').getByRole('textbox', { name: 'Address' }).fill(repository.path);
    await page.getByRole('dialog').getByRole('textbox', { name: 'File' }).fill('quality.yaml');
    await page.getByRole('dialog').getByRole('button', { name: 'Read quality.yaml from now on' }).click();

    await page.getByText('From git, read-only here').waitFor();
    const versions = page.getByRole('region', { name: 'Versions' });
    await versions.getByText(`from quality.yaml at ${commit.slice(0, 8)}`).waitFor();
    await page
      .getByRole('region', { name: 'Policy' })
      .getByText('a build ran for 1 h in the environment before')
      .waitFor();
    expect(await page.getByRole('button', { name: /^Put version/ }).count()).toBe(0);
    await picture(page, 'policy-from-git');

    await repository.commit('fix: more', { 'quality.yaml': 'tests: true\nsoack: 60\n' });
    await page.getByText('unknown key soack: did you mean soak?').waitFor();
    await page.getByText(/Version 1 stays in force/).waitFor();
    await picture(page, 'policy-from-git-fault');
    await page.getByRole('button', { name: 'Set it by hand from now on' }).click();
    await page.getByRole('button', { name: 'Read it from git instead' }).waitFor();
    expect((await estate.client.getPolicy({ params: { environment: 'quality' } })).policies).toMatchObject([
      { version: 1, policy: { tests: true, soak: 60 }, origin: { commit } },
    ]);
  });

  it('its pages are read in the dark, and on a narrow screen', async () => {
    for (const [name, address] of [
      ['releases', '/releases'],
      ['release', '/releases/spring'],
      ['governance', '/governance'],
      ['policy', '/governance/policy?scope=environment&environment=production'],
      ['compose', '/plans/compose?to=production&from=release:spring&everything=true'],
    ] as const)
      for (const [look, scheme, width] of [
        ['dark', 'dark', 1280],
        ['narrow', 'light', 390],
      ] as const) {
        await page.emulateMedia({ colorScheme: scheme });
        await page.setViewportSize({ width, height: 1400 });
        await page.goto(estate.url + address);
        await page.waitForLoadState('networkidle').catch(() => undefined);
        await page.locator('.skeleton').first().waitFor({ state: 'detached' });
        expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
        await page.screenshot({ path: join(pictures, `${name}-${look}.png`), fullPage: true });
      }
  });
});

/** The newest build of an application as its version 1.0.0. */
async function newest(estate: Estate, application: string) {
  const { items } = await estate.client.listBuilds({ params: { application } });
  const build = items.find((each) => each.state === 'succeeded');
  if (build === undefined) throw new Error(`${application} was not built`);
  return { build: build.id, number: '1.0.0', notes: '' };
}

/** Chooses from a list by its label. */
async function choose(page: Page, label: string, option: string | RegExp): Promise<void> {
  await page
    .getByRole('combobox', { name: label })
    .or(page.getByRole('textbox', { name: label }))
    .first()
    .click();
  await page.getByRole('option', { name: option, exact: typeof option === 'string' }).click();
}

async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
}
