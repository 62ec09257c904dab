import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Failpoint } from '@almanac/host';
import { type SigningKeys, signingKeys } from '@almanac/protocol';
import { type Estate, runAlmanac, startEstate, waitUntil } from '@almanac/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { executablePath, openConsole, photograph } from './open-console.ts';

const pictures = join(import.meta.dirname, '..', 'test-output', 'signing-keys');
const sites = ['development', 'quality', 'production'];

/** Between any two steps of an announcement: before it is stored, on its way, on the disk of a site, and acknowledged. */
export const interruptions: readonly Failpoint[] = [
  'signing-keys-before-commit',
  'server-keys-before-push',
  'server-keys-before-write',
  'server-keys-after-write',
  'server-keys-before-noted',
  'server-keys-after-noted',
];

/** The journey of signing keys, with a process killed at each of some places. */
export function describeKeyRotations(interrupted: readonly Failpoint[]): void {
  describe.skipIf(process.platform !== 'linux')("a rotation of the server's signing keys", () => {
    let estate: Estate;

    beforeAll(async () => {
      estate = await startEstate();
    }, 120_000);
    afterAll(async () => {
      await estate?.stop();
      await estate?.remove();
    });

    const almanac = (...words: readonly string[]) =>
      runAlmanac(['signing-key', ...words], { server: estate, token: estate.token });
    /** What the command says once the server answers again: it may just have been killed. */
    const listed = (): Promise<SigningKeys> =>
      waitUntil(
        'the server to answer',
        async () => {
          const { status, output } = await almanac('list', '--json');
          return status === 0 ? signingKeys.parse(JSON.parse(output)) : undefined;
        },
        60,
      );
    /** What a site has on its disk: the keys that it trusts, and the key that signed what it goes by. */
    const onDisk = async (site: string) => {
      const read = async (name: string) => JSON.parse(await readFile(join(estate.data, 'sites', site, name), 'utf8'));
      const [identity, desired] = [await read('identity.json'), await read('desired.json')];
      return {
        trusted: identity.serverKeys.map((each: { keyId: string }) => each.keyId),
        signedBy: desired.keyId,
        generation: JSON.parse(desired.payload).generation,
      };
    };
    const everySite = (what: string, holds: (site: Awaited<ReturnType<typeof onDisk>>) => boolean) =>
      waitUntil(what, async () => (await Promise.all(sites.map(onDisk))).every(holds), 60);

    it.each(interrupted)(
      'goes on where it was when a process is killed at %s',
      async (name) => {
        const before = (await listed()).keys[0]?.keyId ?? '';
        await estate.stop();
        const evidence = await mkdtemp(join(estate.directory, 'fired-'));
        estate = await startEstate(estate, {
          environment: { ALMANAC_FAILPOINT: `${name}:kill`, ALMANAC_FAILPOINT_FIRED: evidence },
        });

        await waitUntil('a key to be made', async () => (await almanac('add')).status === 0, 60);
        await waitUntil('the kill', () => existsSync(join(evidence, name)), 60);
        const latest = (await listed()).keys[0]?.keyId ?? '';
        await everySite('the new key to sign for every site', (site) => site.signedBy === latest);
        for (const { keyId, retiredAt } of (await listed()).keys)
          if (keyId !== latest && retiredAt === null)
            await waitUntil(
              'the one before to be retired',
              async () => (await almanac('retire', keyId)).status === 0,
              30,
            );
        await everySite('it to be dropped', ({ trusted }) => trusted.length === 1 && trusted[0] === latest);

        expect(latest).not.toBe(before);
        const { keys, ...told } = await listed();
        expect(told).toEqual({ sites: 3, behind: [], behindCount: 0 });
        expect(keys[0]).toMatchObject({ keyId: latest, sites: { knowing: 3, using: 3, depending: 3 } });
        expect(keys.slice(1).filter((each) => each.retiredAt === null || each.sites.knowing > 0)).toEqual([]);
        const refused = await Promise.all(
          sites.map((site) => estate.client.listSiteOccurrences({ params: { site }, query: { limit: 100 } })),
        );
        expect(refused.flatMap(({ items }) => items.filter((each) => each.kind === 'order-refused'))).toEqual([]);
      },
      180_000,
    );

    it('tells an operator what there is, and what to do next', async () => {
      const words = (await almanac('list')).output;

      expect(words).toMatch(/KEY +MADE +BY +STATE +KNOWN BY +SIGNS FOR/);
      expect(words).toContain('3 of 3 sites');
    });

    it('stands in the audit, with who did it', async () => {
      const { items } = await estate.client.listAudit({ query: { action: 'signing-key-retired', limit: 10 } });

      expect(items.length).toBeGreaterThanOrEqual(interrupted.length);
      expect(new Set(items.map((each) => each.actor))).toEqual(new Set(['launcher']));
    });

    it.skipIf(executablePath === undefined)(
      'is done in the console, too',
      async () => {
        await mkdir(pictures, { recursive: true });
        const { browser, page } = await openConsole(estate, 60_000);
        try {
          await page.goto(`${estate.url}/security/signing-keys`);
          await page.getByRole('button', { name: 'Make a key' }).click();
          const rows = page.getByRole('row').filter({ hasText: '3 of 3 sites' }).filter({ hasText: 'In use' });
          await waitUntil('every site to know both', async () => (await rows.count()) === 2, 60);
          await photograph(page, join(pictures, 'keys'));
          const earlier = (await listed()).keys[1]?.keyId ?? '';
          await page.getByRole('button', { name: `Retire ${earlier}` }).click();
          await page.getByText('No site depends on it').waitFor();
          await page.screenshot({ path: join(pictures, 'retire-dark-1280.png') });
          await page.getByRole('button', { name: 'Retire it' }).click();
          await page.getByRole('row').filter({ hasText: earlier }).getByText('Retired').waitFor();
        } finally {
          await browser.close();
        }
      },
      120_000,
    );
  });
}
