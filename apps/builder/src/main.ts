import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from '@almanac/client';
import { pino } from 'pino';
import { prepareToolchains } from './build/toolchain.ts';
import { claimJobs } from './claim-loop.ts';
import { readConfig } from './config.ts';
import { createGit } from './git/git.ts';
import { createMirrors } from './git/mirror.ts';
import { openChildRecords } from './jobs/child-records.ts';

const log = pino({ base: { part: 'builder' }, timestamp: pino.stdTimeFunctions.isoTime });
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort('stopping'));

try {
  const config = readConfig(process.env);
  const jobsDirectory = join(config.directory, 'jobs');
  await mkdir(config.directory, { recursive: true, mode: 0o700 });
  const children = await openChildRecords(join(config.directory, 'children'));
  // What an earlier builder left when it was killed belongs to no job any more.
  await rm(jobsDirectory, { recursive: true, force: true });
  const git = createGit(join(config.directory, 'git'));
  const tools = {
    client: createClient({ baseUrl: config.server, token: config.token }),
    git,
    mirrors: createMirrors({
      git,
      root: join(config.directory, 'mirrors'),
      limits: { seconds: config.fetchSeconds, bytes: config.repositoryBytes },
    }),
    toolchains: await prepareToolchains(config.directory),
    children,
    jobsDirectory,
    sampleDirectory: join(config.directory, '..', 'sample'),
  };
  log.info({ server: config.server, name: config.name, concurrency: config.concurrency }, 'builder ready');
  const loops = Array.from({ length: config.concurrency }, () =>
    claimJobs({ client: tools.client, tools, name: config.name, log, stopping: stopping.signal }),
  );
  await Promise.all(loops);
  log.info('builder stopped');
} catch (error) {
  log.fatal({ error: error instanceof Error ? error.message : String(error) }, 'the builder cannot run');
  process.exitCode = 1;
}
