import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  addApplication,
  askSite,
  type createRepository,
  type Estate,
  endOf,
  startEstate,
  waitUntil,
  whenRunning,
} from '@almanac/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { helloFlow, nodeRed } from './third-party/node-red.ts';
import { publication, verdaccio } from './third-party/verdaccio.ts';
import { takeUpdate, wrapApplication } from './third-party/wrapped-application.ts';

const environments = ['development', 'quality', 'production'] as const;
const minutes = 60_000;

interface ThirdParty {
  readonly application: typeof verdaccio;
  /** The release that answers on a site. */
  readonly releaseOn: (port: number) => Promise<string | undefined>;
  /** Makes data through the application, as its user would. */
  readonly makeData: (port: number) => Promise<void>;
  /** Whether that data is there. */
  readonly hasData: (port: number) => Promise<boolean>;
}

const ask = (
  application: string,
  port: number,
  path: string,
  json?: { readonly method: string; readonly body: unknown },
) => askSite({ application, port, path, ...(json === undefined ? {} : { method: json.method, json: json.body }) });

const thirdParties: readonly ThirdParty[] = [
  {
    application: verdaccio,
    releaseOn: async (port) =>
      /"version":"([\d.]+)"/.exec((await ask('verdaccio', port, '/-/static/ui-options.js')).body)?.[1],
    makeData: async (port) => {
      const published = await ask('verdaccio', port, '/kept', { method: 'PUT', body: publication('kept') });
      expect(published).toMatchObject({ status: 201 });
    },
    hasData: async (port) => (await ask('verdaccio', port, '/kept/-/kept-1.0.0.tgz')).body === 'A',
  },
  {
    application: nodeRed,
    releaseOn: async (port) => JSON.parse((await ask('node-red', port, '/settings')).body).version,
    makeData: async (port) => {
      const stored = await ask('node-red', port, '/flows', { method: 'POST', body: helloFlow('kept') });
      expect(stored).toMatchObject({ status: 204 });
    },
    hasData: async (port) => (await ask('node-red', port, '/hello')).body === 'kept',
  },
];

describe.each(thirdParties)('$application.name from npm', (thirdParty) => {
  const { application } = thirdParty;
  const [older, newer] = application.releases;
  let directory: string;
  let estate: Estate;
  let repository: Awaited<ReturnType<typeof createRepository>>;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'almanac third party '));
    repository = await wrapApplication(directory, application);
    estate = await startEstate();
  }, 5 * minutes);

  afterAll(async () => {
    await estate?.stop();
    await estate?.remove();
    await rm(directory, { recursive: true, force: true });
  });

  it(
    `is built by npm ci and runs in Development as ${older}`,
    async () => {
      await addApplication(estate.client, repository.path, 300);

      expect(await thirdParty.releaseOn(estate.sitePorts[0])).toBe(older);
    },
    6 * minutes,
  );

  it(
    `goes as a version through Quality to Production, and keeps data there`,
    async () => {
      await tagNewest(estate, application.name);
      await promoteEverywhere(estate, application.name);

      for (const port of estate.sitePorts) expect(await thirdParty.releaseOn(port)).toBe(older);
      await thirdParty.makeData(estate.sitePorts[2]);
      await waitUntil('the data', () => thirdParty.hasData(estate.sitePorts[2]), 10);
    },
    6 * minutes,
  );

  it(
    `is updated to ${newer} in all three environments, with its data`,
    async () => {
      const commit = await takeUpdate(repository, application);
      await estate.client.reportPush({ params: { application: application.name }, body: { commit } });
      await whenRunning(estate.client, { application: application.name, commit, seconds: 300 });
      await tagNewest(estate, application.name);
      await promoteEverywhere(estate, application.name);

      for (const port of estate.sitePorts) expect(await thirdParty.releaseOn(port)).toBe(newer);
      expect(await thirdParty.hasData(estate.sitePorts[2])).toBe(true);
      expect(await thirdParty.hasData(estate.sitePorts[1])).toBe(false);
    },
    8 * minutes,
  );

  it(
    `goes back to ${older} in Production`,
    async () => {
      await deploy(estate, 'production', { application: application.name, source: { kind: 'previous' } });

      expect(await thirdParty.releaseOn(estate.sitePorts[2])).toBe(older);
      expect(await thirdParty.releaseOn(estate.sitePorts[1])).toBe(newer);
      expect(await thirdParty.hasData(estate.sitePorts[2])).toBe(true);
    },
    3 * minutes,
  );
});

async function tagNewest(estate: Estate, application: string): Promise<void> {
  const { items } = await estate.client.listBuilds({ params: { application } });
  const build = items.find((each) => each.state === 'succeeded');
  if (build === undefined) throw new Error(`${application} has no build`);
  await estate.client.createVersion({ params: { application }, body: { build: build.id } });
}

/** Promotes what each environment runs to the next one. */
async function promoteEverywhere(estate: Estate, application: string): Promise<void> {
  for (const [index, environment] of environments.slice(1).entries()) {
    const from = environments[index] ?? 'development';
    await deploy(estate, environment, { application, source: { kind: 'environment', environment: from } });
  }
}

async function deploy(
  estate: Estate,
  environment: string,
  operation: {
    readonly application: string;
    readonly source: { readonly kind: 'previous' } | { readonly kind: 'environment'; readonly environment: string };
  },
): Promise<void> {
  const { id } = await estate.client.createPlan({
    body: { environment, operations: [{ kind: 'deploy', ...operation }], start: true },
  });
  const ended = await endOf(estate.client, id, 300);
  expect(ended).toMatchObject({ state: 'succeeded', reason: null });
}
