import { addApplication, waitUntil, whenRunning } from '@almanac/testkit';
import { describe, expect, it } from 'vitest';
import { promoteEverywhere, tagNewest } from './third-party/deployments.ts';
import { estateWith } from './third-party/estate-with.ts';
import { thirdParties } from './third-party/third-parties.ts';
import { upgradeUnderLoad } from './third-party/upgrade-under-load.ts';
import { takeUpdate } from './third-party/wrapped-application.ts';

const upgrades = 20;
const minutes = 60_000;

describe.each(thirdParties)('$application.name from npm in Production', (thirdParty) => {
  const { application } = thirdParty;
  const { estate, repository } = estateWith(application);

  it(
    'has run in both releases, and holds data',
    async () => {
      const production = estate().sitePorts[2];
      await addApplication(estate().client, repository().path, 300);
      await tagNewest(estate(), application.name);
      await promoteEverywhere(estate(), application.name);
      await thirdParty.makeData(production);
      const commit = await takeUpdate(repository(), application);
      await estate().client.reportPush({ params: { application: application.name }, body: { commit } });
      await whenRunning(estate().client, { application: application.name, commit, seconds: 300 });
      await tagNewest(estate(), application.name);
      await promoteEverywhere(estate(), application.name);

      expect(await thirdParty.releaseOn(production)).toBe(application.releases[1]);
      await waitUntil('the data', () => thirdParty.hasData(production), 10);
    },
    12 * minutes,
  );

  it(
    `loses no request in ${upgrades} upgrades under load`,
    () => upgradeUnderLoad(estate(), thirdParty, upgrades),
    (upgrades + 5) * minutes,
  );
});
