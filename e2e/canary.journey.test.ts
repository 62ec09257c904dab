import {
  askSite,
  type Estate,
  endOf,
  type Load,
  loadSample,
  startEstate,
  startLoad,
  waitUntil,
  whenRunning,
} from '@almanac/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { processOf } from './processes.ts';
import { commitGreeting, planFor, repositoryOf } from './sample-estate.ts';

const place = { environment: 'development', application: 'storefront' } as const;

/**
 * Two in five of the requests beside a baseline of its own, as long as one in ten at the most fails; what runs before has the
 * instances for the rest.
 */
const canary = {
  strategy: 'canary',
  steps: [
    { weight: 40 },
    {
      analyse: {
        baseline: 'fresh',
        metrics: [
          {
            name: 'errors',
            source: { provider: 'gateway', of: 'error-rate' },
            rule: { kind: 'threshold', failure: { above: 0.1 } },
            interval: 2,
            count: 3,
            minRequests: 20,
          },
        ],
      },
    },
  ],
  dynamicStableScale: true,
  keepOld: 0,
} as const;

/** Every second answer of a path is a fault, on sites and not in the tests of the build. */
const plantFault = (text: string) =>
  text.replace(
    "'GET /version': () => ({",
    "'GET /version': () => process.env.ALMANAC_SITE && Math.random() < 0.5 ? Promise.reject(new Error('planted')) : ({",
  );

describe('a canary of the storefront in Development, under load', () => {
  let estate: Estate;
  let load: Load;

  beforeAll(async () => {
    estate = await startEstate();
    await loadSample(estate.client);
    const { environment } = place;
    const { revision } = await estate.client.getEnvironment({ params: { environment } });
    await estate.client.updateEnvironment({
      params: { environment },
      body: { rollout: canary as never },
      revision,
    });
    load = startLoad({ port: estate.sitePorts[0], host: 'storefront.localhost', path: '/version', perSecond: 80 });
  });

  afterAll(async () => {
    await load?.stop();
    await estate?.stop();
    await estate?.remove();
  });

  /** Until the site is at the analysis, with its share of the requests at the new version. */
  const analysing = () =>
    waitUntil('the canary to be analysed', async () => {
      const rollout = await estate.client.getRollout({ params: place });
      return rollout.sites.some((each) => each.phase === 'stepping' && each.rollout?.step === 1) ? rollout : undefined;
    });
  /** The operations of the instances of the storefront on its site. */
  const operationsThat = async (wanted: (instance: { readonly state: string }) => boolean) => {
    const { applications } = await estate.client.getSite({ params: { site: 'development' } });
    const storefront = applications.find((each) => each.application.name === place.application);
    const found = (storefront?.modules ?? []).flatMap((each) => each.instances).filter(wanted);
    return [...new Set(found.map((each) => each.operation))];
  };
  const deploy = async (commit: string) => {
    await estate.client.reportPush({ params: { application: place.application }, body: { commit } });
    const plan = await planFor(estate, { application: place.application, commit });
    return { plan, rollout: await analysing() };
  };
  const plantFaults = async (message: string) =>
    (await repositoryOf(estate, 'storefront')).edit('web/routes.js', plantFault, message);
  const answers = async (count: number) => {
    const found = [];
    for (let each = 0; each < count; each += 1)
      found.push(await askSite({ port: estate.sitePorts[0], application: 'storefront', path: '/version' }));
    return [...new Set(found.map(({ status, body }) => `${status} ${body.trim()}`))];
  };
  let good: string;

  it('is promoted by itself when it does as well as what ran', async () => {
    good = await commitGreeting(estate, 'Measured before it is trusted', 'feat: a canary');

    const { plan, rollout } = await deploy(good);

    expect(rollout.sites).toMatchObject([
      { rollout: { weight: 40, baselineWeight: 40, decides: expect.any(String), hold: null } },
    ]);
    expect(await operationsThat(({ state }) => state === 'ready')).toContain(`${rollout.operation}.baseline`);
    expect((await answers(40)).length, 'both versions answer').toBe(2);
    expect((await endOf(estate.client, plan.id)).state).toBe('succeeded');
    await whenRunning(estate.client, { application: 'storefront', commit: good });
    const { verdicts } = await estate.client.getRollout({ params: place });
    expect(verdicts).toMatchObject([{ name: 'step-2', verdict: 'pass' }]);
    expect(await answers(20)).toHaveLength(1);
    expect(await operationsThat(() => true), 'no baseline is left').toEqual([rollout.operation]);
  });

  it('is rolled back by itself when half of its answers are faults', async () => {
    const before = await answers(10);
    const { plan, rollout } = await deploy(await plantFaults('feat: a planted fault'));

    const ended = await endOf(estate.client, plan.id);

    expect(ended).toMatchObject({
      state: 'failed',
      operations: [{ message: expect.stringMatching(/^the analysis says that it is worse: errors: /) }],
    });
    const { verdicts } = await estate.client.getRollout({ params: place });
    expect(verdicts[0]).toMatchObject({ operation: rollout.operation, name: 'step-2', verdict: 'fail' });
    await whenBack();
    expect(await answers(40)).toEqual(before);
  });

  it.skipIf(process.platform !== 'linux')('is rolled back also while the server is killed', async () => {
    const before = await answers(10);
    const repository = await repositoryOf(estate, 'storefront');
    const { plan } = await deploy(await repository.commit('feat: the same fault again', { 'web/NOTES.md': 'again\n' }));
    const server = await waitUntil('a server to kill', () => processOf(estate, 'server'));

    process.kill(server, 'SIGKILL');

    expect((await endOf(estate.client, plan.id)).state).toBe('failed');
    await whenBack();
    expect(await answers(40)).toEqual(before);
  });

  const whenBack = () => whenRunning(estate.client, { application: 'storefront', commit: good });
});
