import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApprovalScene, openApprovalScene } from './approval-scene-for-tests.ts';
import { runApprovalSequences } from './approval-sequences-for-tests.ts';

describe('what begins was approved just as it runs', () => {
  let scene: ApprovalScene;

  beforeAll(async () => {
    scene = await openApprovalScene();
  });
  afterAll(() => scene.stop());

  it.each([
    ['one after the other', 1, 16],
    ['at the same time', 4, 10],
  ])('whatever people do %s', { timeout: 120_000 }, async (_, atOnce, steps) => {
    const { begun, approvals } = await runApprovalSequences(scene, { sequences: 6, seed: 3, steps, atOnce });

    // Where nothing begins, nothing is proved.
    expect([begun, approvals].every((each) => each > 1)).toBe(true);
  });
});
