import { execFile, execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

/** A network of its own takes util-linux, iproute2, and a kernel that gives one to this account. */
const apart = ['--map-root-user', '--net'];
const whyNot = (() => {
  try {
    execFileSync('unshare', [...apart, 'ip', 'link', 'set', 'lo', 'up'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'this account gets no network of its own (unshare --net, ip)';
  }
})();

describe.skipIf(whyNot !== undefined)(
  `canaries at every address inside${whyNot === undefined ? '' : `: ${whyNot}`}`,
  () => {
    it('are visited by nobody who asks the client, whatever the spelling, and by everybody else', async () => {
      const program = join(import.meta.dirname, 'canaries-for-tests.ts');

      const { stdout } = await promisify(execFile)('unshare', [...apart, process.execPath, program]);

      const { outcomes, cameByClient, cameOtherwise } = JSON.parse(stdout);
      expect(Object.keys(outcomes).toSorted()).toEqual(['no-url', 'refused']);
      expect(outcomes.refused).toBeGreaterThan(1000);
      expect(cameByClient).toBe(0);
      expect(cameOtherwise).toBe(12);
    });
  },
);
