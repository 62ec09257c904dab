import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DamagedInstallation, prepareInstallation, tryDamages } from './damaged-installation-for-tests.ts';

describe('an installation of which a file was cut short anywhere, or a table is empty or gone', () => {
  let installation: DamagedInstallation;

  beforeAll(async () => {
    installation = await prepareInstallation();
  });
  afterAll(() => installation.stop());

  it('starts as closed as before, or ends with a message', async () => {
    const { open, refused, closed } = await tryDamages(installation, 1);

    console.log(JSON.stringify({ damages: installation.damages.length, refused, closed }));
    expect(open).toEqual([]);
    // Those of the few files that a start cannot do without; a table that is empty or gone is noticed later.
    expect(refused).toBeGreaterThan(50);
    expect(closed).toBeGreaterThan(100);
  }, 3_600_000);
});
