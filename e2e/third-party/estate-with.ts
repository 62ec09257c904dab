import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Estate, type Repository, startEstate } from '@almanac/testkit';
import { afterAll, beforeAll } from 'vitest';
import { type WrappedApplication, wrapApplication } from './wrapped-application.ts';

const patienceMs = 300_000;

/** An estate and the repository of a wrapped application, for the tests of one suite. */
export function estateWith(application: WrappedApplication): {
  readonly estate: () => Estate;
  readonly repository: () => Repository;
} {
  let directory: string;
  let estate: Estate;
  let repository: Repository;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'almanac third party '));
    repository = await wrapApplication(directory, application);
    estate = await startEstate();
  }, patienceMs);

  afterAll(async () => {
    await estate?.stop();
    await estate?.remove();
    await rm(directory, { recursive: true, force: true });
  });

  return { estate: () => estate, repository: () => repository };
}
