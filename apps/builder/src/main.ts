import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from '@almanac/client';
import { createMask, openRuntimeDirectory, readReach } from '@almanac/host';
import { escapeControls } from '@almanac/protocol';
import { pino } from 'pino';
import { prepareToolchains } from './build/toolchain.ts';
import { claimJobs } from './claim-loop.ts';
import { readConfig } from './config.ts';
import { createGit } from './git/git.ts';
import { createMirrors } from './git/mirror.ts';
import { createOpenRemote } from './git/remote.ts';
import { openChildRecords } from './jobs/child-records.ts';
import { openWorkplaces } from './jobs/workplace.ts';

const log = pino({
  base: { part: 'builder' },
  timestamp: pino.stdTimeFunctions.isoTime,
  hooks: { streamWrite: escapeControls },
});
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort('stopping'));

try {
  const config = readConfig(process.env);
  await mkdir(config.directory, { recursive: true, mode: 0o700 });
  const children = await openChildRecords(join(config.directory, 'children'));
  const opened = await openRuntimeDirectory(process.env);
  const runtime = 'directory' in opened ? opened.directory : undefined;
  if ('fault' in opened) log.warn(`builds run as the builder does and are not isolated from it: ${opened.fault}`);
  const { directory, concurrency } = config;
  const git = createGit(join(config.directory, 'git'));
  const openRemote = createOpenRemote({ git, reach: readReach(process.env, 'ALMANAC_OUTBOUND_INTERNAL') });
  const tools = {
    client: createClient({ baseUrl: config.server, token: config.token.reveal() }),
    git,
    openRemote,
    mirrors: createMirrors({
      git,
      openRemote,
      root: join(config.directory, 'mirrors'),
      limits: { seconds: config.fetchSeconds, bytes: config.repositoryBytes },
    }),
    toolchains: await prepareToolchains({ directory, runtime }),
    children,
    sampleDirectory: join(config.directory, '..', 'sample'),
  };
  log.info({ server: config.server, name: config.name, concurrency: config.concurrency }, 'builder ready');
  const workplaces = await openWorkplaces({ directory, runtime, count: concurrency });
  const loops = workplaces.map((workplace) =>
    claimJobs({
      client: tools.client,
      tools: { ...tools, workplace },
      name: config.name,
      log,
      mask: createMask([config.token, ...config.proxyPasswords]),
      stopping: stopping.signal,
    }),
  );
  await Promise.all(loops);
  log.info('builder stopped');
} catch (error) {
  log.fatal({ error: error instanceof Error ? error.message : String(error) }, 'the builder cannot run');
  process.exitCode = 1;
}
