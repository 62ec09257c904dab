import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '@almanac/testkit';
import { describeDataPlane } from '@almanac/testkit/data-plane';
import { describe, it } from 'vitest';
import { createHaproxyClient, findHaproxy } from './haproxy-client.ts';

const program = findHaproxy(process.env['PATH']);

if (program === undefined) {
  describe('HAProxy as a data plane', () => {
    it.skip('is not installed here (apt-get install haproxy)', () => undefined);
  });
} else {
  describeDataPlane({
    name: 'HAProxy as a data plane',
    lacks: ['mirrors', 'forgets-who-waits', 'ends-silent-bodies', 'refuses-zero-bytes'],
    start: async () => {
      const directory = await mkdtemp(join(tmpdir(), 'haproxy '));
      const client = await createHaproxyClient({ directory, program, journal: { identity: null, revision: 0 } });
      await waitUntil('HAProxy', () => client.ensure(), 10);
      return {
        apply: client.apply,
        stats: async () => {
          const stats = await client.stats();
          if (stats === undefined) throw new Error('HAProxy does not answer');
          return stats;
        },
        stop: async () => {
          await client.stop();
          await rm(directory, { recursive: true, force: true });
        },
      };
    },
  });
}
