import { addApplication, waitUntil, whenRunning } from '@almanac/testkit';
import { describe, expect, it } from 'vitest';
import { deploy, promoteEverywhere, tagNewest } from './third-party/deployments.ts';
import { estateWith } from './third-party/estate-with.ts';
import { thirdParties } from './third-party/third-parties.ts';
import { upgradeUnderLoad } from './third-party/upgrade-under-load.ts';
import { takeUpdate } from './third-party/wrapped-application.ts';

const minutes = 60_000;

describe.each(thirdParties)('$application.name from npm', (thirdParty) => {
  const { application } = thirdParty;
  const [older, newer] = application.releases;
  const { estate, repository } = estateWith(application);

  it(
    `is built by npm ci and runs in Development as ${older}`,
    async () => {
      await addApplication(estate().client, repository().path, 300);

      expect(await thirdParty.releaseOn(estate().sitePorts[0])).toBe(older);
    },
    6 * minutes,
  );

  it(
    `goes as a version through Quality to Production, and keeps data there`,
    async () => {
      await tagNewest(estate(), application.name);
      await promoteEverywhere(estate(), application.name);

      for (const port of estate().sitePorts) expect(await thirdParty.releaseOn(port)).toBe(older);
      await thirdParty.makeData(estate().sitePorts[2]);
      await waitUntil('the data', () => thirdParty.hasData(estate().sitePorts[2]), 10);
    },
    6 * minutes,
  );

  it(
    `is updated to ${newer} in all three environments, with its data`,
    async () => {
      const commit = await takeUpdate(repository(), application);
      await estate().client.reportPush({ params: { application: application.name }, body: { commit } });
      await whenRunning(estate().client, { application: application.name, commit, seconds: 300 });
      await tagNewest(estate(), application.name);
      await promoteEverywhere(estate(), application.name);

      for (const port of estate().sitePorts) expect(await thirdParty.releaseOn(port)).toBe(newer);
      expect(await thirdParty.hasData(estate().sitePorts[2])).toBe(true);
      expect(await thirdParty.hasData(estate().sitePorts[1])).toBe(false);
    },
    8 * minutes,
  );

  it(
    `goes back to ${older} in Production`,
    async () => {
      await deploy(estate(), 'production', { application: application.name, source: { kind: 'previous' } });

      expect(await thirdParty.releaseOn(estate().sitePorts[2])).toBe(older);
      expect(await thirdParty.releaseOn(estate().sitePorts[1])).toBe(newer);
      expect(await thirdParty.hasData(estate().sitePorts[2])).toBe(true);
    },
    3 * minutes,
  );

  it('loses no request in two upgrades in Production', () => upgradeUnderLoad(estate(), thirdParty, 2), 4 * minutes);
});
