import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DamagedInstallation, prepareInstallation, tryDamages } from './damaged-installation-for-tests.ts';

/** Every so many damages are done here; `npm run security` does all. */
const sample = 19;

describe('an installation that was damaged while it stood still', () => {
  let installation: DamagedInstallation;

  beforeAll(async () => {
    installation = await prepareInstallation();
  });
  afterAll(() => installation.stop());

  it('starts as closed as before, or ends with a message', async () => {
    const { open, refused, closed } = await tryDamages(installation, sample);

    expect(open).toEqual([]);
    expect(refused).toBeGreaterThan(2);
    expect(closed).toBeGreaterThan(2);
  }, 240_000);
});
