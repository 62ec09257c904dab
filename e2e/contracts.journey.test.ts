import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Estate, loadSample, outputOf, runAlmanac, startEstate, waitUntil } from '@almanac/testkit';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { executablePath, launchBrowser } from './open-console.ts';
import { letThrough, planFor, repositoryOf } from './sample-estate.ts';

const pictures = join(import.meta.dirname, '..', 'test-output', 'contracts');

describe('contracts of the sample estate', () => {
  let estate: Estate;
  /** A commit of the catalogue that breaks its consumers. */
  let breaking = '';

  const almanac = async (...words: readonly string[]): Promise<string> =>
    outputOf(await runAlmanac(words, { server: estate, token: estate.token }));

  /** Builds a commit to its end. */
  const built = (application: string, commit: string) =>
    waitUntil(
      `${application} at ${commit.slice(0, 8)} to be built`,
      async () => {
        const { items } = await estate.client.listBuilds({ params: { application } });
        const build = items.find((each) => each.commit === commit);
        return build !== undefined && ['succeeded', 'failed', 'errored'].includes(build.state) && build;
      },
      120,
    );

  beforeAll(async () => {
    estate = await startEstate();
    await loadSample(estate.client);
  });

  afterAll(async () => {
    await estate?.stop();
    await estate?.remove();
  });

  it('say who provides and consumes which operation', async () => {
    const catalog = await almanac('contract', 'list', 'catalog');
    const orders = JSON.parse(await almanac('contract', 'list', 'orders', '--json')) as {
      readonly consumes: readonly {
        readonly contract: string;
        readonly elements: readonly { readonly element: string }[];
      }[];
    };

    expect(catalog).toMatch(/catalog +api +GET \/products +[0-9a-f]{12} +orders, storefront/);
    expect(catalog).toMatch(/catalog +api +GET \/products\/\{id\} +[0-9a-f]{12} +orders, storefront/);
    expect(orders.consumes).toMatchObject([{ contract: 'catalog', elements: [{ element: 'GET /products/{}' }] }]);
  });

  it('tell of a change that breaks a consumer, with the operation, the place and the reason', async () => {
    const repository = await repositoryOf(estate, 'catalog');
    breaking = await repository.edit(
      'api/openapi.yaml',
      (text) => text.replace('price: { type: integer, minimum: 1,', 'price: { type: string,'),
      'feat: prices as texts',
    );
    await built('catalog', breaking);

    const changes = await almanac('contract', 'diff', 'catalog', '1', '2');

    expect(changes).toContain('! GET /products/{id}  changed, incompatible\n');
    expect(changes).toContain('response 200 application/json /price: it was integer and is string (type-widened)\n');
    expect(changes).toContain('response 200 application/json /items/[]/price: ');
  });

  it('resolve what a consumer is built against in Development', async () => {
    const provided = JSON.parse(await almanac('contract', 'list', 'catalog', '--build', '2', '--json')) as Provided;
    const repository = await repositoryOf(estate, 'storefront');
    const before = JSON.parse(await almanac('contract', 'list', 'storefront', '--json')) as Consumed;
    const plan = await planFor(estate, { application: 'catalog', commit: breaking });
    // It breaks whoever was built when there was a catalogue already.
    if (plan.state === 'draft') await letThrough(estate, plan);
    await waitUntil('the catalogue of build 2 to run in Development', async () => {
      const { rows } = await estate.client.getBoard({ query: { search: 'catalog' } });
      return rows[0]?.cells.some((cell) => cell.build.id === provided.build.id && cell.plan === null) === true;
    });
    const commit = await repository.edit('almanac.yaml', (text) => `${text}\n# again\n`, 'chore: build again');
    await built('storefront', commit);
    const after = JSON.parse(await almanac('contract', 'list', 'storefront', '--json')) as Consumed;

    const products = provided.provides[0]?.elements.find(({ key }) => key === 'GET /products');
    expect(againstOf(after)).toBe(products?.fingerprint);
    expect(againstOf(before)).not.toBe(products?.fingerprint);
  });

  it('that are broken fail the build with the line', async () => {
    const repository = await repositoryOf(estate, 'catalog');
    const commit = await repository.edit(
      'api/openapi.yaml',
      (text) => text.replace('"#/components/schemas/Problem"', '"#/components/schemas/Gone"'),
      'fix: a name',
    );

    const build = await built('catalog', commit);

    expect(build).toMatchObject({ state: 'failed', fault: { code: 'contract-invalid' } });
    expect(build.fault?.detail).toMatch(/api\/openapi\.yaml:\d+:\d+ .*it refers to #\/components\/schemas\/Gone/);
  });

  describe.skipIf(executablePath === undefined)('in the console', () => {
    let browser: Browser;

    beforeAll(async () => {
      await mkdir(pictures, { recursive: true });
      browser = await launchBrowser();
    });

    afterAll(() => browser?.close());

    it.each(['light', 'dark'] as const)('stand on the page of a build, %s, wide and narrow', async (colorScheme) => {
      const context = await browser.newContext({ colorScheme, viewport: { width: 1280, height: 900 } });
      const page = await context.newPage();
      await signIn(page, colorScheme === 'light');
      const { items } = await estate.client.listBuilds({ params: { application: 'orders' } });
      await page.goto(`${estate.url}/builds/${items[0]?.id}`);

      const contracts = page.getByRole('region', { name: 'Contracts' });
      await contracts.getByRole('cell', { name: 'GET /products/{id}' }).waitFor();
      await contracts.getByRole('link', { name: 'storefront' }).waitFor();
      await page.screenshot({ path: join(pictures, `${colorScheme}-wide.png`) });
      await page.setViewportSize({ width: 420, height: 900 });
      await contracts.scrollIntoViewIfNeeded();
      await page.screenshot({ path: join(pictures, `${colorScheme}-narrow.png`) });
      await context.close();
    });

    async function signIn(page: Page, first: boolean): Promise<void> {
      const password = 'a long enough password';
      await page.goto(first ? (estate.setupUrl ?? '') : `${estate.url}/`);
      await page.getByRole('textbox', { name: 'Name' }).fill('ada');
      await page.getByRole('textbox', { name: 'Password' }).fill(password);
      await page.getByRole('button', { name: first ? 'Make the administrator and sign in' : 'Sign in' }).click();
      await page.getByText('storefront').first().waitFor();
    }
  });
});

interface Provided {
  readonly build: { readonly id: string };
  readonly provides: readonly {
    readonly elements: readonly { readonly key: string; readonly fingerprint: string }[];
  }[];
}

interface Consumed {
  readonly consumes: readonly {
    readonly contract: string;
    readonly elements: readonly { readonly element: string; readonly builtAgainst: string | null }[];
  }[];
}

function againstOf({ consumes }: Consumed): string | null | undefined {
  return consumes.find(({ contract }) => contract === 'catalog')?.elements[0]?.builtAgainst;
}
