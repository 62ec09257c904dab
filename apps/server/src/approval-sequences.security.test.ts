import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApprovalScene, openApprovalScene } from './approval-scene-for-tests.ts';
import { runApprovalSequences } from './approval-sequences-for-tests.ts';

const sequences = 1000;
/** Printed with a failure; ALMANAC_SEED repeats what was drawn. */
const seed = Number(process.env['ALMANAC_SEED'] ?? Date.now() % 1_000_000);

describe(`what begins was approved just as it runs (seed ${seed})`, () => {
  let scene: ApprovalScene;

  beforeAll(async () => {
    scene = await openApprovalScene();
  });
  afterAll(() => scene.stop());

  it.each([
    ['one after the other', 1, 16],
    ['at the same time', 4, 10],
  ])(`in ${sequences} drawn sequences of what people do %s`, async (_, atOnce, steps) => {
    const ran = await runApprovalSequences(scene, { sequences, seed, steps, atOnce });

    console.log(JSON.stringify(ran));
    // Whoever never begins proves nothing, nor does whoever is never refused.
    expect([ran.begun, ran.switched, ran.refused['content-moved']].every((each = 0) => each > sequences / 20)).toBe(
      true,
    );
  });
});
