import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  accountsOf,
  addApplication,
  almanacProgram,
  askSite,
  createRepository,
  type Estate,
  endOf,
  freePorts,
  outputOf,
  type Repository,
  runAlmanac,
  startEstate,
  startLoad,
  waitUntil,
  whenRunning,
} from '@almanac/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { executablePath, openConsole, photograph } from './open-console.ts';

const pictures = join(import.meta.dirname, '..', 'test-output', 'rings');

/** Answers with the price of its version, a while after its start: so long each ring is to be seen at work. */
const server = `const server = require('node:http').createServer((request, response) => response.end('the price is 1'));
setTimeout(() => server.listen(process.env.PORT, '127.0.0.1'), 1500);
`;
const manifest = `application: till
modules:
  web: { start: [node, server.js], health: /, stopGrace: 1 }
`;
const rings = `rings:
  - { name: canary, sites: { kind: labels, labels: { tier: canary } }, onError: rollback-ring }
  - { name: shops, sites: { kind: share, percent: 100 }, maxOffline: 50, onError: rollback-ring }
`;

const shops = ['shop-1', 'shop-2', 'shop-3', 'shop-4'] as const;
/** The one whose agent is not there for most of the time. */
const away = 'shop-4';

describe.skipIf(process.platform !== 'linux')('a change that goes over four shops ring by ring', () => {
  let estate: Estate;
  let repository: Repository;
  let ports: Readonly<Record<string, number>>;
  const tokens = new Map<string, string>();
  const agents = new Map<string, ChildProcess>();

  const almanac = (words: string) =>
    runAlmanac(words.split(' '), { server: estate, token: estate.token, directory: estate.directory });
  const done = async (words: string) => outputOf(await almanac(words));
  const agentOf = (shop: string, action: 'run' | 'stop-all') => {
    const token = tokens.get(shop);
    const enrolment = action === 'stop-all' || token === undefined ? [] : ['--token', token];
    tokens.delete(shop);
    const place = ['--server', estate.url, '--data', join(estate.directory, shop), '--front-port', String(ports[shop])];
    return spawn(process.execPath, [almanacProgram, 'agent', action, ...place, ...enrolment], {
      stdio: 'ignore',
      env: {
        ...process.env,
        ALMANAC_RUNTIME_DIR: join(estate.directory, `${shop}-runtime`),
        ALMANAC_UID_RANGE: accountsOf(ports[shop] ?? 0),
      },
    });
  };
  const start = (shop: string) => void agents.set(shop, agentOf(shop, 'run'));
  const leave = async (shop: string) => {
    const agent = agents.get(shop);
    if (agent === undefined || agent.exitCode !== null || agent.signalCode !== null) return;
    const ended = once(agent, 'exit');
    agent.kill('SIGTERM');
    await ended;
  };
  const whenIs = (shop: string, status: 'online' | 'offline') =>
    waitUntil(
      `${shop} to be ${status}`,
      async () => (await estate.client.getSite({ params: { site: shop } })).status === status,
    );
  const answers = async () =>
    Object.fromEntries(
      await Promise.all(
        shops.map(async (shop) => {
          const answer = await askSite({ port: ports[shop] ?? 0, application: 'till', path: '/' }).catch(() => null);
          return [shop, answer?.status === 200 ? answer.body : 'nothing'];
        }),
      ),
    );
  /** Each shop with what it says, all others saying the same. */
  const everywhere = (words: string, but: Readonly<Record<string, string>> = {}) => ({
    ...Object.fromEntries(shops.map((shop) => [shop, words])),
    ...but,
  });
  const newVersion = async (number: string, change: (text: string) => string) => {
    const commit = await repository.edit('server.js', change, `feat: ${number}`);
    await estate.client.reportPush({ params: { application: 'till' }, body: { commit } });
    await waitUntil(`the build of ${number}`, async () => {
      const { items } = await estate.client.listBuilds({ params: { application: 'till' } });
      return items.some((each) => each.commit === commit && each.state === 'succeeded');
    });
    await done(`version tag till --number ${number}`);
    return commit;
  };
  const latestPlan = async () => {
    const { items } = await estate.client.listPlans({ query: { environment: 'shops', application: 'till' } });
    const [latest] = items;
    if (latest === undefined) throw new Error('there is no plan for the shops');
    return estate.client.getPlan({ params: { plan: latest.id } });
  };
  /** The builds of what runs in a shop, whether it answers yet or not. */
  const builds = async (shop: string) => {
    const { applications } = await estate.client.getSite({ params: { site: shop } });
    const modules = applications.flatMap((each) => each.modules);
    return modules.flatMap((each) => each.instances).map((each) => each.build);
  };
  const whenAllRun = (build: string | undefined) =>
    waitUntil('every shop to run what it ran before, and nothing else', async () => {
      const running = await Promise.all(shops.map(builds));
      return running.every((each) => each.length > 0 && each.every((one) => one === build));
    });
  /** Until the latest plan for the shops has its rings so. */
  const whenRings = (...states: readonly string[]) =>
    waitUntil(`rings ${states.join(', ')}`, async () => {
      const plan = await latestPlan();
      return plan.operations[0]?.rings.map((each) => each.state).join() === states.join() ? plan : undefined;
    });

  beforeAll(async () => {
    estate = await startEstate();
    const first = await freePorts(shops.length);
    ports = Object.fromEntries(shops.map((shop, index) => [shop, first + index]));
    await done('env create shops --type production --from development');
    for (const shop of shops) {
      const tier = shop === 'shop-1' ? 'canary' : 'shop';
      const added = JSON.parse(await done(`site add ${shop} --env shops --label tier=${tier} --json`));
      tokens.set(shop, added.enrolment.token);
      start(shop);
    }
    for (const shop of shops) await whenIs(shop, 'online');
    await leave(away);
    repository = await createRepository(join(estate.directory, 'till'));
    await repository.commit('feat: a price', { 'almanac.yaml': manifest, 'server.js': server });
    await addApplication(estate.client, repository.path);
    await done('version tag till --number 1.0.0');
    await whenIs(away, 'offline');
  }, 240_000);

  afterAll(async () => {
    for (const shop of agents.keys()) {
      await leave(shop);
      await once(agentOf(shop, 'stop-all'), 'exit');
    }
    await estate?.stop();
    await estate?.remove();
  });

  it('goes by rings that an operator writes to a file and reads back in words', async () => {
    await writeFile(join(estate.directory, 'rings.yaml'), rings);

    const told = await done('env rings shops --file rings.yaml');

    expect(told).toMatch(/1\. canary: .*tier=canary/);
    expect(told).toMatch(/2\. shops: .*at most 50 % offline/);
  });

  it('reaches the canary alone at first, then all who are there, and waits for nobody who is away', async () => {
    const deploying = almanac('deploy till --to shops --version 1.0.0');
    const first = await waitUntil('a shop to have it', async () => {
      const found = await answers();
      return Object.values(found).some((words) => words !== 'nothing') ? found : undefined;
    });
    const ended = await deploying;

    expect(first).toEqual(everywhere('nothing', { 'shop-1': 'the price is 1' }));
    expect(ended).toMatchObject({ status: 0, output: expect.stringContaining('canary') });
    expect(await answers()).toEqual(everywhere('the price is 1', { [away]: 'nothing' }));
    expect((await whenRings('passed', 'passed')).state).toBe('succeeded');
  });

  it('reaches who was away as soon as they are back', async () => {
    start(away);

    await waitUntil('the shop that was away to have it', async () => (await answers())[away] === 'the price is 1');
  });

  it('goes no further than the canary when it does not come up there, and no customer of any shop notices', async () => {
    const loads = shops.map((shop) =>
      startLoad({ port: ports[shop] ?? 0, host: 'till.localhost', path: '/', perSecond: 20 }),
    );
    const broken = `if (process.env.ALMANAC_SITE === 'shop-1') process.exit(3);\n${server.replace('is 1', 'is 2')}`;
    await newVersion('2.0.0', () => broken);

    const ended = await almanac('deploy till --to shops --version 2.0.0');

    const plan = await whenRings('returned', 'waiting');
    expect(plan.state).toBe('paused');
    expect(ended).toMatchObject({ status: 1, output: expect.stringContaining(`almanac plan abort ${plan.number}`) });
    await done(`plan abort ${plan.number}`);
    await endOf(estate.client, plan.id);
    await whenAllRun(plan.operations[0]?.before?.id);
    expect(await answers()).toEqual(everywhere('the price is 1'));
    expect((await Promise.all(loads.map((load) => load.stop()))).map(({ lost }) => lost)).toEqual([{}, {}, {}, {}]);
  });

  it.skipIf(executablePath === undefined)(
    'goes back where somebody takes a ring back in the console',
    async () => {
      const commit = await newVersion('3.0.0', () =>
        server.replace('price is 1', 'price is 3').replace('1500', '8000'),
      );
      await whenRunning(estate.client, { application: 'till', commit });
      const { browser, page } = await openConsole(estate, 60_000);
      try {
        await page.goto(`${estate.url}/environments/shops?tab=rings`);
        await page.getByText('at most 50 % offline').waitFor();
        await photograph(page, join(pictures, 'environment'));
        await done('deploy till --to shops --version 3.0.0 --no-wait');
        const { number, operations } = await whenRings('running', 'waiting');
        await waitUntil('the canary to take it', async () =>
          (await builds('shop-1')).some((each) => each === operations[0]?.after?.id),
        );
        await page.goto(`${estate.url}/plans/${number}`);
        await page.getByRole('button', { name: 'Take canary back' }).click();
        await page.getByText('go back to what they ran before').waitFor();
        await page.screenshot({ path: join(pictures, 'take-back-dark-1280.png') });
        await page.getByRole('button', { name: 'Take ring canary back' }).click();
        await whenAllRun(operations[0]?.before?.id);
        await page.getByText('returned').first().waitFor();
        await photograph(page, join(pictures, 'plan'));
      } finally {
        await browser.close();
      }
      expect(await answers()).toEqual(everywhere('the price is 1'));
    },
    180_000,
  );
});
