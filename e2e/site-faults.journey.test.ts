import { describe, expect, it } from 'vitest';
import { plantedFaults, withPlanted } from './chaos/planted-faults.ts';
import { reachFailpoints } from './chaos/reach-failpoints.ts';
import { replayDocuments } from './chaos/replay.ts';

const minutes = 60_000;

describe.skipIf(process.platform !== 'linux')('faults of one site (all of them: npm run chaos)', () => {
  it(
    'a site follows no document of before, however genuine',
    async () => {
      const result = await replayDocuments();

      expect(result.replayed).toBeGreaterThan(3);
      expect(result).toMatchObject({ lowestAfter: result.before, answers: 'turn 3' });
    },
    3 * minutes,
  );

  it(
    'a site that takes over any document is noticed',
    async () => {
      const result = await withPlanted([plantedFaults.noGenerationCheck], replayDocuments);

      expect(result.lowestAfter).toBeLessThan(result.before);
    },
    3 * minutes,
  );

  it(
    'an agent that is killed between a deed and its record repeats nothing',
    async () => {
      const names = ['journal-before-write', 'instance-after-start', 'step-after-start'] as const;

      const results = await reachFailpoints({ names, action: 'kill' });

      expect(results).toEqual(names.map((name) => ({ failpoint: `${name}:kill`, fired: true, faults: [] })));
    },
    4 * minutes,
  );
});
