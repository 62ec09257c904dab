import { readdir, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import {
  addApplication,
  askSite,
  type Estate,
  type LoadResult,
  startLoad,
  waitUntil,
  whenRunning,
} from '@almanac/testkit';
import { describe, expect, it } from 'vitest';
import { eleventy } from './third-party/eleventy.ts';
import { estateWith } from './third-party/estate-with.ts';
import { httpServer } from './third-party/http-server.ts';
import { takeUpdate, type WrappedApplication } from './third-party/wrapped-application.ts';

const minutes = 60_000;
const perSecond = 50;

describe('an application from npm that listens late', () => {
  const place = estateWith(eleventy);
  const release = async () => /Eleventy v([\d.]+)/.exec(await page(place.estate(), eleventy, '/'))?.[1];

  it(
    'runs in Development',
    async () => {
      await addApplication(place.estate().client, place.repository().path, 300);

      expect(await release()).toBe(eleventy.releases[0]);
      expect(await page(place.estate(), eleventy, '/page/7999/')).toContain('Page 7999');
    },
    6 * minutes,
  );

  it(
    'is upgraded without a lost request, although it listens only seconds after its start',
    async () => {
      const [earlier] = await instancesOf(place.estate(), eleventy);
      let listensAfter = 0;
      const result = await updateUnderLoad(place, { application: eleventy, path: '/' }, async () => {
        const fresh = await waitUntil('another instance', async () =>
          (await instancesOf(place.estate(), eleventy)).find((each) => each.id !== earlier?.id && each.port !== null),
        );
        await waitUntil('it to listen', () => listens(fresh.port ?? 0));
        listensAfter = Date.now() - Date.parse(fresh.startedAt ?? '');
      });

      console.log(`eleventy: ${JSON.stringify({ result, listensAfter })}`);
      expect(listensAfter).toBeGreaterThan(2000);
      expect(await release()).toBe(eleventy.releases[1]);
      expectNothingLost(result);
    },
    6 * minutes,
  );
});

describe.skipIf(process.platform !== 'linux')('an application from npm that ignores SIGTERM', () => {
  const place = estateWith(httpServer);
  const release = async () => JSON.parse(await page(place.estate(), httpServer, '/package.json')).version;
  /** As its manifest says, in milliseconds. */
  const stopGrace = 5000;

  it(
    'runs in Development',
    async () => {
      await addApplication(place.estate().client, place.repository().path, 300);

      expect(await release()).toBe(httpServer.releases[0]);
    },
    6 * minutes,
  );

  it(
    'is upgraded without a lost request; the earlier instance is killed after its grace, with all that it started',
    async () => {
      const [earlier] = await instancesOf(place.estate(), httpServer);
      const leader = earlier?.pid ?? 0;
      const started = await processesOfSession(leader);
      let tookToEnd = 0;
      let startedAnew: readonly number[] = [];
      const result = await updateUnderLoad(place, { application: httpServer, path: '/package.json' }, async () => {
        await waitUntil('the earlier one to be asked to stop', async () =>
          (await instancesOf(place.estate(), httpServer)).some(
            (each) => each.pid === leader && each.state === 'stopping',
          ),
        );
        const askedAt = performance.now();
        startedAnew = await waitUntil('the server to be started again in spite of it', async () => {
          const fresh = (await processesOfSession(leader)).filter((pid) => !started.includes(pid));
          return fresh.length > 0 && fresh;
        });
        await waitUntil('its end', async () => (await processesOfSession(leader)).length === 0);
        tookToEnd = performance.now() - askedAt;
      });

      console.log(`http-server: ${JSON.stringify({ result, started, startedAnew, tookToEnd })}`);
      // That it stops is known here some moments after it was asked to.
      expect(tookToEnd).toBeGreaterThan(stopGrace - 1500);
      expect(tookToEnd).toBeLessThan(stopGrace + 3000);
      expect(await release()).toBe(httpServer.releases[1]);
      expectNothingLost(result);
      const now = await instancesOf(place.estate(), httpServer);
      expect(now.map((each) => each.state)).toEqual(['ready']);
    },
    6 * minutes,
  );

  it(
    'is gone when the estate is stopped',
    async () => {
      const [running] = await instancesOf(place.estate(), httpServer);
      const leader = running?.pid ?? 0;
      expect(await processesOfSession(leader)).not.toEqual([]);

      await place.estate().stop();

      expect(await processesOfSession(leader)).toEqual([]);
    },
    2 * minutes,
  );
});

/** Takes the newer release to Development with the load kept up; looks on meanwhile. */
async function updateUnderLoad(
  place: ReturnType<typeof estateWith>,
  { application, path }: { readonly application: WrappedApplication; readonly path: string },
  lookOn: () => Promise<void>,
): Promise<LoadResult> {
  const { client, sitePorts } = place.estate();
  const { name } = application;
  const commit = await takeUpdate(place.repository(), application);
  const load = startLoad({ port: sitePorts[0], host: `${name}.localhost`, path, perSecond });
  await client.reportPush({ params: { application: name }, body: { commit } });
  const [seen] = await Promise.allSettled([
    Promise.all([whenRunning(client, { application: name, commit, seconds: 300 }), lookOn()]),
  ]);
  const result = await load.stop();
  if (seen.status === 'rejected') throw seen.reason;
  return result;
}

function expectNothingLost({ sent, answered, lost }: LoadResult): void {
  expect(lost).toEqual({});
  expect(answered).toBe(sent);
  expect(sent).toBeGreaterThan(10 * perSecond);
}

async function page(estate: Estate, application: WrappedApplication, path: string): Promise<string> {
  return (await askSite({ application: application.name, port: estate.sitePorts[0], path })).body;
}

async function instancesOf(estate: Estate, application: WrappedApplication) {
  const { applications } = await estate.client.getSite({ params: { site: 'development' } });
  const found = applications.find((each) => each.application.name === application.name);
  return found?.modules.flatMap((each) => each.instances) ?? [];
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

/** The live processes of a session, field 6 of /proc/<pid>/stat (proc(5)): an instance is one, led by its first process. */
async function processesOfSession(leader: number): Promise<readonly number[]> {
  const entries = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const sessions = await Promise.all(
    entries.map(async (entry) => {
      const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
      const [state, , , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return { pid: Number(entry), session: state === 'Z' ? undefined : Number(session) };
    }),
  );
  return sessions.filter((each) => each.session === leader).map((each) => each.pid);
}
