import { type Estate, startLoad, waitUntil } from '@almanac/testkit';
import { expect } from 'vitest';
import type { ThirdParty } from './third-parties.ts';

const perSecond = 50;

/**
 * Changes between the two releases in Production, one upgrade after the other, with the load kept up from before the
 * first until after the last, and expects that no request was lost and the data is there. Both releases must have run
 * in Production before.
 */
export async function upgradeUnderLoad(estate: Estate, thirdParty: ThirdParty, upgrades: number): Promise<void> {
  const { name } = thirdParty.application;
  const port = estate.sitePorts[2];
  const before = await thirdParty.releaseOn(port);
  const load = startLoad({ port, host: `${name}.localhost`, path: thirdParty.loadPath, perSecond });
  const [upgraded] = await Promise.allSettled([upgradeRepeatedly(estate, thirdParty, upgrades)]);
  const result = await load.stop();
  if (upgraded.status === 'rejected') throw upgraded.reason;
  const { releases, mostInstances } = upgraded.value;
  const changes = [before, ...releases].filter((each, turn, all) => turn > 0 && each !== all[turn - 1]).length;

  console.log(`${name}: ${JSON.stringify({ changes, mostInstances, ...result })}`);
  expect(result.lost).toEqual({});
  expect(result.answered).toBe(result.sent);
  expect(result.sent).toBeGreaterThan(upgrades * perSecond);
  expect(changes).toBe(upgrades);
  expect(mostInstances).toBe(thirdParty.instancesDuringUpdate);
  expect(await thirdParty.hasData(port)).toBe(true);
}

async function upgradeRepeatedly(estate: Estate, thirdParty: ThirdParty, upgrades: number) {
  const releases: (string | undefined)[] = [];
  let mostInstances = 0;
  for (let turn = 0; turn < upgrades; turn += 1) {
    mostInstances = Math.max(mostInstances, await upgradeOnce(estate, thirdParty.application.name));
    releases.push(await thirdParty.releaseOn(estate.sitePorts[2]));
  }
  return { releases, mostInstances };
}

/** Puts the other release into Production; gives the most instances that were there at one time. */
async function upgradeOnce(estate: Estate, application: string): Promise<number> {
  const operations = [{ kind: 'deploy', application, source: { kind: 'previous' } } as const];
  const { id } = await estate.client.createPlan({ body: { environment: 'production', operations, start: true } });
  let mostInstances = 0;
  const { state, reason } = await waitUntil(
    `plan ${id} to end`,
    async () => {
      mostInstances = Math.max(mostInstances, await instancesInProduction(estate, application));
      const plan = await estate.client.getPlan({ params: { plan: id } });
      return plan.endedAt !== null && plan;
    },
    120,
  );
  expect({ state, reason }).toEqual({ state: 'succeeded', reason: null });
  return mostInstances;
}

async function instancesInProduction(estate: Estate, application: string): Promise<number> {
  const { applications } = await estate.client.getSite({ params: { site: 'production' } });
  const found = applications.find((each) => each.application.name === application);
  return found?.modules.flatMap((each) => each.instances).length ?? 0;
}
