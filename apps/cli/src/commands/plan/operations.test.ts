import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compositionOf } from './operations.ts';

describe('how applications take over, as options say it', () => {
  let directory: string;
  const composed = (rollout: readonly string[], options: Readonly<Record<string, readonly string[]>> = {}) =>
    compositionOf({ args: ['orders@1.2.0'], options: { rollout, ...options } });

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'almanac-rollout-'));
    await writeFile(join(directory, 'good.yaml'), 'strategy: blue-green\npromoteAfter: until-resumed\n');
    await writeFile(join(directory, 'bad.yaml'), 'strategy: canary\nsteps:\n  - weigth: 10\n');
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it('goes with what is deployed, configured or tagged', async () => {
    const { operations } = await composed(['orders=canary:10%,wait', 'catalog=recreate', 'web=rolling'], {
      configure: ['catalog'],
      tag: ['web@2.0.0'],
    });

    expect(operations).toMatchObject([
      { kind: 'deploy', application: 'orders', rollout: { strategy: 'canary', steps: [{ weight: 10 }, {}] } },
      { kind: 'deploy', application: 'web', rollout: { strategy: 'rolling' } },
      { kind: 'configure', application: 'catalog', rollout: { strategy: 'recreate' } },
    ]);
  });

  it('is as its manifest says without the option', async () => {
    expect((await composed([])).operations[0]).not.toHaveProperty('rollout');
  });

  it('may stand in a file, as below rollout: in a manifest', async () => {
    const { operations } = await composed([`orders=@${join(directory, 'good.yaml')}`]);

    expect(operations).toMatchObject([{ rollout: { strategy: 'blue-green', promoteAfter: 'until-resumed' } }]);
  });

  it.each([
    [['orders'], '--rollout takes application=strategy, not orders'],
    [['orders=soon'], 'canary:10%,5m,50%,wait'],
    [['orders=canary:10%,soon'], 'soon is no share as 10%, no pause as 5m, and not wait'],
    [['catalog=rolling'], '--rollout names catalog, which the plan neither deploys nor configures by its name'],
  ])('is refused as %j, with what to say instead', async (rollout, words) => {
    await expect(composed(rollout)).rejects.toThrow(words);
  });

  it('is refused with the place of each fault of a file', async () => {
    await expect(composed([`orders=@${join(directory, 'bad.yaml')}`])).rejects.toThrow(/3:\d+ .*did you mean weight\?/);
  });
});
