import { askSite } from '@almanac/testkit';
import { expect } from 'vitest';
import { helloFlow, nodeRed } from './node-red.ts';
import { publication, verdaccio } from './verdaccio.ts';
import type { WrappedApplication } from './wrapped-application.ts';

/** An application from npm with data, and how it is seen from outside. */
export interface ThirdParty {
  readonly application: WrappedApplication;
  /** Answers a GET with 2xx whenever the application is well and has its data. */
  readonly loadPath: string;
  /** How many instances of it there are at most during an update: as many as may hold its volume together. */
  readonly instancesDuringUpdate: 1 | 2;
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

export const thirdParties: readonly ThirdParty[] = [
  {
    application: verdaccio,
    loadPath: '/kept',
    instancesDuringUpdate: 2,
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
    loadPath: '/settings',
    instancesDuringUpdate: 1,
    releaseOn: async (port) => JSON.parse((await ask('node-red', port, '/settings')).body).version,
    makeData: async (port) => {
      const stored = await ask('node-red', port, '/flows', { method: 'POST', body: helloFlow('kept') });
      expect(stored).toMatchObject({ status: 204 });
    },
    hasData: async (port) => (await ask('node-red', port, '/hello')).body === 'kept',
  },
];
