import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { askSite, type Estate, endOf, loadSample, startEstate, waitUntil, whenRunning } from '@almanac/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { executablePath, launchBrowser, openConsole, photograph } from './open-console.ts';
import { processOf } from './processes.ts';
import { commitGreeting, planFor, repositoryOf } from './sample-estate.ts';

const program = join(import.meta.dirname, '../apps/cli/src/main.ts');
const pictures = join(import.meta.dirname, '..', 'test-output', 'site');

describe.skipIf(process.platform !== 'linux')('a site that is cut off from its server', () => {
  let estate: Estate;

  const local = async (...args: readonly string[]): Promise<string> => {
    const words = ['agent', 'local', ...args, '--config', join(estate.data, 'agent.json')];
    return (await promisify(execFile)(process.execPath, [program, ...words])).stdout;
  };
  const status = async () => {
    const { sites } = JSON.parse(await local('status', '--site', 'development', '--json'));
    return {
      ...sites[0],
      storefront: sites[0].applications.find((each: { name: string }) => each.name === 'storefront'),
    };
  };
  const greeting = async () =>
    (await askSite({ port: estate.sitePorts[0], application: 'storefront', path: '/' })).body;
  const occurrences = async () => {
    const { items } = await estate.client.listSiteOccurrences({
      params: { site: 'development' },
      query: { limit: 100 },
    });
    return items.toReversed().filter((each) => each.application === 'storefront');
  };
  const push = async (text: string) => {
    const commit = await commitGreeting(estate, text, `feat: ${text}`);
    await estate.client.reportPush({ params: { application: 'storefront' }, body: { commit } });
    return commit;
  };

  beforeAll(async () => {
    estate = await startEstate();
    await loadSample(estate.client);
    const commit = await push('Second greeting');
    await whenRunning(estate.client, { application: 'storefront', commit });
    // Whoever starts what was killed again is killed first.
    for (const part of [estate.launcher.pid, processOf(estate, 'server')]) process.kill(part ?? 0, 'SIGKILL');
    await waitUntil('the site to be cut off', async () => !(await status()).server.connected);
  }, 240_000);

  afterAll(async () => {
    await estate?.stop();
    await estate?.remove();
  });

  it('runs on, and starts again what crashes', async () => {
    const before = (await status()).storefront.modules[0].instances[0];
    process.kill(-before.pid, 'SIGKILL');
    await waitUntil('another process to be ready', async () => {
      const instance = (await status()).storefront.modules[0].instances[0];
      return instance?.pid !== before.pid && instance?.state === 'ready' && instance.restarts > before.restarts;
    });

    expect(await greeting()).toContain('Second greeting');
  });

  it.skipIf(executablePath === undefined)(
    'is looked after by its own console, in both themes, narrow and wide',
    async () => {
      await mkdir(pictures, { recursive: true });
      const directory = join(estate.data, 'sites', 'development');
      const [url, token] = await Promise.all(
        ['address', 'token'].map((name) => readFile(join(directory, 'local', name), 'utf8')),
      );
      const browser = await launchBrowser();
      try {
        for (const colorScheme of ['light', 'dark'] as const) {
          for (const width of [390, 1280]) {
            const context = await browser.newContext({ colorScheme, viewport: { width, height: 860 } });
            const page = await context.newPage();
            const picture = (name: string) =>
              page.screenshot({ path: join(pictures, `${name}-${colorScheme}-${width}.png`), fullPage: true });
            await page.goto(url ?? '');
            await picture('sign-in');
            await page.getByLabel('Token').fill(token ?? '');
            await page.getByRole('button', { name: 'Sign in' }).click();
            await page.getByText('cut off').first().waitFor();
            await picture('site');
            await page.getByRole('link', { name: 'storefront' }).click();
            await page.getByRole('heading', { name: 'Instances' }).waitFor();
            await picture('application');
            await page.getByRole('link', { name: 'Roll back to' }).click();
            await page.getByLabel('Why').waitFor();
            await picture('roll-back');
            await context.close();
          }
        }
      } finally {
        await browser.close();
      }
    },
  );

  it('goes back to the version before where somebody there says so, and survives kill -9 of its agent', async () => {
    expect(await local('roll-back', 'storefront', '--site', 'development', '--reason', 'greets wrongly')).toContain(
      'storefront is kept on development',
    );
    await waitUntil('the earlier version', async () => !(await greeting()).includes('Second greeting'));
    await waitUntil('its rollout to end', async () => (await status()).storefront.phase === 'healthy');
    expect((await status()).untold).toBeGreaterThanOrEqual(2);
    process.kill(processOf(estate, 'agent') ?? 0, 'SIGKILL');

    expect(await greeting()).not.toContain('Second greeting');
  });

  it('tells its server once and in order what it did, and is left as somebody there wants it', async () => {
    estate = await startEstate(estate);
    await waitUntil('the site to tell', async () => (await occurrences()).length === 4);

    expect((await occurrences()).map((each) => [each.kind, each.by])).toEqual([
      ['rollout-succeeded', 'agent'],
      ['rollout-succeeded', 'agent'],
      ['application-rolled-back', 'operator'],
      ['rollout-succeeded', 'agent'],
    ]);
    const shown = await waitUntil('the server to show it', async () => {
      const site = await estate.client.getSite({ params: { site: 'development' } });
      return site.applications.find((each) => each.application.name === 'storefront' && each.hold !== null);
    });
    expect(shown.hold).toMatchObject({ kind: 'rolled-back', by: 'operator', reason: 'greets wrongly' });
    expect(await greeting()).not.toContain('Second greeting');
  });

  it.skipIf(executablePath === undefined)(
    'is shown in the console with who holds what, and what came to pass',
    async () => {
      const { browser, page } = await openConsole(estate, 60_000);
      try {
        await page.goto(`${estate.url}/sites/development`);
        await page.getByText('was rolled back to').first().waitFor();
        await page.getByText('application rolled back').first().waitFor();
        await photograph(page, join(pictures, 'server'));
      } finally {
        await browser.close();
      }
    },
  );

  it('lets an order wait, and says for what, until it is released there', async () => {
    const commit = await push('Third greeting');
    const { id } = await planFor(estate, { application: 'storefront', commit });
    await waitUntil('the plan to say what it waits for', async () => {
      const plan = await estate.client.getPlan({ params: { plan: id } });
      return JSON.stringify(plan.operations).includes('operator keeps');
    });
    expect(await greeting()).not.toContain('Third greeting');

    await local('release', 'storefront', '--site', 'development');
    const ended = await endOf(estate.client, id);

    expect(ended.state).toBe('succeeded');
    expect(await greeting()).toContain('Third greeting');
    await waitUntil('the rest to be told', async () => (await occurrences()).length === 6);
    expect((await occurrences()).map((each) => each.kind).slice(4)).toEqual([
      'application-released',
      'rollout-succeeded',
    ]);
  });

  it('fetches the next version as a delta to the one that it runs', async () => {
    const repository = await repositoryOf(estate, 'storefront');
    const release = async (files: Readonly<Record<string, string>>) => {
      const commit = await repository.commit('feat: pictures', files);
      await estate.client.reportPush({ params: { application: 'storefront' }, body: { commit } });
      await whenRunning(estate.client, { application: 'storefront', commit });
    };
    const pictures = Array.from({ length: 6000 }, (_, index) => createHash('sha256').update(`${index}`).digest('hex'));
    await release({ 'web/pictures.txt': pictures.join('\n') });

    await release({ 'web/pictures.txt': ['one more', ...pictures].join('\n') });

    const lines = (await readFile(join(estate.data, 'logs', 'agent.log'), 'utf8')).trim().split('\n');
    const fetched = lines.map((each) => JSON.parse(each)).findLast((each) => /^artifact fetched/.test(each.msg));
    expect(fetched.msg).toBe('artifact fetched: delta');
    expect(fetched.size).toBeGreaterThan(390_000);
    expect(fetched.came).toBeLessThan(2000);
  });
});
