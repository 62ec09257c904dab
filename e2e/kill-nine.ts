import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { type Estate, loadSample, startEstate, waitUntil, whenRunning } from '@almanac/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Part, processesOf, processOf } from './processes.ts';
import { commitGreeting } from './sample-estate.ts';
import { seededRandom } from './seeded-random.ts';

const parts = ['server', 'postgres', 'builder', 'agent', 'gateway'] as const satisfies readonly Part[];

/** Printed with a failure; ALMANAC_SEED repeats it. */
const seed = Number(process.env['ALMANAC_SEED'] ?? 20_261_121);

/** Registers the test: so many kills, one after the other, each during a build or a deployment. */
export function describeKills(kills: number): void {
  describe.skipIf(process.platform !== 'linux')(
    `${kills} times kill -9 over every part during builds and deployments (seed ${seed})`,
    () => {
      let estate: Estate;

      beforeAll(async () => {
        estate = await startEstate();
        await loadSample(estate.client);
      });

      afterAll(async () => {
        await estate?.stop();
        await estate?.remove();
      });

      it(
        'loses nothing that was acknowledged, ends every plan, and leaves no orphan',
        async () => {
          const random = seededRandom(seed);
          const acknowledged: string[] = [];
          // The storefront is what is built and deployed; the catalogue is not, and must never stop answering.
          const watch = watchInstance(await instancePort(estate, 'catalog'));
          for (let turn = 0; turn < kills; turn += 1) {
            const part = parts[turn % parts.length] ?? 'server';
            const commit = await commitGreeting(estate, `Hello ${turn}`, `feat: greeting ${turn}`);
            await acknowledge(() =>
              estate.client.reportPush({ params: { application: 'storefront' }, body: { commit } }),
            );
            acknowledged.push(commit);
            await pause(random() * 4000);
            const pid = await waitUntil(`a ${part} to kill`, () => processOf(estate, part));
            process.kill(pid, 'SIGKILL');
            await whenRunning(estate.client, { application: 'storefront', commit, seconds: 120 });
          }

          expect(await watch.stop()).toEqual({ failures: [], enough: true });
          const { items: builds } = await estate.client.listBuilds({
            params: { application: 'storefront' },
            query: { limit: 200 },
          });
          const lost = acknowledged.filter(
            (commit) => builds.find((each) => each.commit === commit)?.state !== 'succeeded',
          );
          expect(lost).toEqual([]);
          const { items: plans } = await estate.client.listPlans({ query: { limit: 200 } });
          expect(plans.length).toBeGreaterThanOrEqual(kills);
          expect(plans.filter((each) => each.state !== 'succeeded')).toEqual([]);
          await estate.stop();
          expect(processesOf(estate)).toEqual([]);
        },
        kills * 60_000 + 300_000,
      );
    },
  );
}

/** Repeats a call until it was answered: what was answered must never be lost. */
async function acknowledge<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  return waitUntil('an acknowledgement', call, 60);
}

async function instancePort(estate: Estate, application: string): Promise<number> {
  const site = await estate.client.getSite({ params: { site: 'development' } });
  const port = site.applications.find((each) => each.application.name === application)?.modules[0]?.instances[0]?.port;
  if (port == null) throw new Error(`${application} has no instance`);
  return port;
}

/** Asks an instance itself every 20 milliseconds, past the gateway, which is one of the killed. */
function watchInstance(port: number) {
  const failures: string[] = [];
  let asked = 0;
  let stopped = false;
  const ask = () =>
    new Promise<void>((resolve) => {
      const one = request({ host: '127.0.0.1', port, path: '/healthz', timeout: 5000 }, (response) => {
        response.resume();
        response.on('end', resolve);
        if (response.statusCode !== 200) failures.push(String(response.statusCode));
      });
      one.on('timeout', () => one.destroy(new Error('no answer')));
      one.on('error', (error) => {
        failures.push(error.message);
        resolve();
      });
      one.end();
    });
  const running = (async () => {
    while (!stopped) {
      asked += 1;
      await ask();
      await pause(20);
    }
  })();
  return {
    stop: async () => {
      stopped = true;
      await running;
      return { failures, enough: asked > 100 };
    },
  };
}
