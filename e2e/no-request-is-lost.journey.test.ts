import { type Estate, type LoadResult, loadSample, startEstate, startLoad, whenRunning } from '@almanac/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commitGreeting } from './sample-estate.ts';

const perSecond = 200;
/** A deployment takes half a second where the machine is quick; there must be load for long enough all the same. */
const deployments = 8;

describe('a deployment of the storefront under 200 requests a second', () => {
  let estate: Estate;

  beforeAll(async () => {
    estate = await startEstate();
    await loadSample(estate.client);
  });

  afterAll(async () => {
    await estate?.stop();
    await estate?.remove();
  });

  it('loses none when it rolls', async () => {
    const result = await deployUnderLoad(estate, 'rolled');

    console.log(`rolling: ${JSON.stringify(result)}`);
    expect(result.lost).toEqual({});
    expect(result.answered).toBe(result.sent);
    expect(result.sent).toBeGreaterThan(500);
  });

  it('loses none when it is recreated: requests are held meanwhile', async () => {
    const development = await estate.client.getEnvironment({ params: { environment: 'development' } });
    await estate.client.updateEnvironment({
      params: { environment: 'development' },
      body: { rollout: { strategy: 'recreate' } },
      revision: development.revision,
    });

    const result = await deployUnderLoad(estate, 'recreated');

    console.log(`recreate: ${JSON.stringify(result)}`);
    expect(result.lost).toEqual({});
    expect(result.answered).toBe(result.sent);
    expect(result.sent).toBeGreaterThan(500);
  });
});

/** Deploys several changes one after the other, with the load kept up from before the first until after the last. */
async function deployUnderLoad(estate: Estate, word: string): Promise<LoadResult> {
  const load = startLoad({ port: estate.sitePorts[0], host: 'storefront.localhost', path: '/healthz', perSecond });
  for (let turn = 1; turn <= deployments; turn += 1) {
    const commit = await commitGreeting(estate, `It was ${word} ${turn} times`, `feat: ${word} ${turn} times`);
    await estate.client.reportPush({ params: { application: 'storefront' }, body: { commit } });
    await whenRunning(estate.client, { application: 'storefront', commit });
  }
  return load.stop();
}
