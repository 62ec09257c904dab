import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nameOf, returnCases } from './chaos/return-cases.ts';
import { type ReturnScene, returnFrom, startReturnScene } from './chaos/return-to-good.ts';

/** One that has all requests when it fails, and one whose failure only an analysis sees. */
const shown = ['memory-growth by rolling', 'errors by canary'];

describe.skipIf(process.platform !== 'linux')(
  'a bad version, with the server killed as it begins (all of them: npm run chaos -- return)',
  () => {
    let scene: ReturnScene;

    beforeAll(async () => {
      scene = await startReturnScene();
    });

    afterAll(async () => {
      await scene?.remove();
    });

    it.each(returnCases.filter((each) => shown.includes(nameOf(each))).map((each) => [nameOf(each), each] as const))(
      'that fails by %s is left by itself within a minute',
      async (_, failing) => {
        const returned = await returnFrom(scene, failing);

        console.log(JSON.stringify(returned));
        expect(returned.wrong).toEqual([]);
      },
    );
  },
);
