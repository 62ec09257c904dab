import { join } from 'node:path';
import type { RolloutStrategyInput } from '@almanac/protocol';
import {
  addApplication,
  askSite,
  createRepository,
  type Estate,
  endOf,
  type Load,
  type Repository,
  startEstate,
  startLoad,
  waitUntil,
} from '@almanac/testkit';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { executablePath, openConsole, photograph } from './open-console.ts';
import { planFor } from './sample-estate.ts';
import { commitPace } from './timed-application.ts';

const pictures = join(import.meta.dirname, '..', 'test-output', 'verdicts');
/** So high that nothing of a verdict is below the fold: the page scrolls within itself. */
const pageHeight = 2000;
const place = { environment: 'development', application: 'quotes' } as const;
/** So long that what a busy machine adds is little beside it. */
const pace = { milliseconds: 400, spread: 100 };
const regressed = { ...pace, milliseconds: 520 };
/** Both versions get half of them. */
const perSecond = 120;

/** Fifteen per cent are allowed; two looks, of which the first can only find that it is worse. */
const canary: RolloutStrategyInput = {
  strategy: 'canary',
  keepOld: 0,
  steps: [
    { weight: 50 },
    {
      analyse: {
        looks: 2,
        metrics: [
          {
            name: 'latency',
            source: { provider: 'gateway', of: 'latency', quantile: 0.5 },
            rule: { kind: 'comparison', worse: 'higher', allowed: 0.15 },
            interval: 1,
            count: 50,
          },
        ],
      },
    },
  ],
};

/** Registers the test: a version that is 30 per cent slower under load; before it, where wanted, one that is not. */
export function describeRegression(given: { readonly isWhole: boolean }): void {
  describe.skipIf(executablePath === undefined)('a canary of an application under load, and its latency', () => {
    let estate: Estate;
    let load: Load;
    let repository: Repository;
    let browser: Browser;
    let page: Page;
    let startedAt: number;

    beforeAll(async () => {
      estate = await startEstate();
      repository = await createRepository(join(estate.directory, 'quotes'));
      await commitPace(repository, { subject: 'feat: quotes', pace, rollout: { strategy: 'rolling' } });
      await addApplication(estate.client, repository.path);
      load = startLoad({ port: estate.sitePorts[0], host: 'quotes.localhost', path: '/', perSecond });
      startedAt = performance.now();
      ({ browser, page } = await openConsole(estate, 100_000));
    });

    afterAll(async () => {
      await load?.stop();
      await browser?.close();
      await estate?.stop();
      await estate?.remove();
    });

    /** Orders a version and opens the page of its plan, once half of the requests go to it. */
    const deploy = async (subject: string, milliseconds: number) => {
      const before = await version();
      const commit = await commitPace(repository, { subject, pace: { ...pace, milliseconds }, rollout: canary });
      await estate.client.reportPush({ params: { application: place.application }, body: { commit } });
      const plan = await planFor(estate, { application: place.application, commit });
      await waitUntil('the canary to be analysed', async () => {
        const { sites } = await estate.client.getRollout({ params: place });
        return sites.some((each) => each.phase === 'stepping' && each.rollout?.step === 1);
      });
      await page.goto(`${estate.url}/plans/${plan.number}`);
      return { plan, before };
    };
    const version = async () =>
      (await estate.client.getBoard({ query: { search: 'quotes' } })).rows[0]?.cells[0]?.build.id;
    /** The analysis of a plan that has ended: for a moment the site speaks of what it does next. */
    const analysisOf = (operation: string | null | undefined) =>
      waitUntil('the site to tell its analysis', async () => {
        const { sites } = await estate.client.getRollout({ params: place });
        const told = sites.find((each) => each.rollout?.operation === operation)?.rollout?.analyses.at(-1);
        return told?.verdict == null ? undefined : told;
      });
    const panel = () => page.getByRole('region', { name: 'Rollout of quotes in development' });
    const sees = (text: string | RegExp) => panel().getByText(text).first().waitFor();

    it.skipIf(!given.isWhole)(
      'is promoted by itself when it is as quick as what ran, and says beforehand what it will see',
      async () => {
        // What the analysis will be able to see is known from as long before as it takes.
        await waitUntil('a history of the traffic', () => performance.now() - startedAt > 55_000, 90);
        const { plan } = await deploy('feat: nothing slower', pace.milliseconds);
        await panel().getByRole('rowheader').filter({ hasText: 'latency' }).waitFor();
        await sees(/it will see a change of \d+ % or more/);
        await panel()
          .getByRole('img', { name: / 50 %, .* 50 % of the requests$/ })
          .waitFor();
        await panel().getByRole('img', { name: 'p95, ms of both versions, over the last minutes' }).waitFor();
        await sees(/^[1-4]\d of 50 measurements/);
        await photograph(page, join(pictures, 'running'), pageHeight);

        const ended = await endOf(estate.client, plan.id);

        const found = await analysisOf(ended.operations[0]?.siteOperation);
        console.log(JSON.stringify(found));
        expect(ended.state).toBe('succeeded');
        expect(found).toMatchObject({
          verdict: 'pass',
          metrics: [{ judgement: { finding: 'within', samples: 50, last: true } }],
        });
        expect(found.metrics[0]?.detectable).toBeLessThan(0.15);
        await sees('The new version takes all requests');
        await photograph(page, join(pictures, 'promoted'), pageHeight);
      },
      200_000,
    );

    it('is rolled back by itself when it is 30 per cent slower, and the console says why', async () => {
      const { plan, before } = await deploy('feat: slower', regressed.milliseconds);
      await panel().getByRole('rowheader').filter({ hasText: 'latency' }).waitFor();
      await sees(/of 50 measurements/);

      const ended = await endOf(estate.client, plan.id);

      const found = await analysisOf(ended.operations[0]?.siteOperation);
      console.log(JSON.stringify(found));
      expect(ended).toMatchObject({
        state: 'failed',
        operations: [{ message: expect.stringMatching(/^the analysis says that it is worse: latency/) }],
      });
      expect(found).toMatchObject({ verdict: 'fail', metrics: [{ judgement: { finding: 'worse' } }] });
      const { difference = 0, baseline = 1 } = found.metrics[0]?.judgement ?? {};
      expect(difference / baseline, 'what was planted is 30 per cent').toBeGreaterThan(0.2);
      expect(difference / baseline).toBeLessThan(0.4);
      await sees(/^It was taken back at step 2/);
      await sees(/worse than allowed$/);
      await photograph(page, join(pictures, 'rolled-back'), pageHeight);
      await waitUntil('the version before to run alone', async () => (await version()) === before);
      const { status } = await askSite({ port: estate.sitePorts[0], application: 'quotes', path: '/' });
      expect(status).toBe(200);
      const { lost } = await load.stop();
      expect(lost).toEqual({});
    });
  });
}
