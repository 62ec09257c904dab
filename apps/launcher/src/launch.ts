import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from '@almanac/client';
import { lockDirectory, writeDurably } from '@almanac/host';
import { escapeControls } from '@almanac/protocol';
import { pino } from 'pino';
import { buildConsole, compileWithVite } from './build-console.ts';
import type { LauncherConfig } from './config.ts';
import { ensureLocalEstate, type LocalSite } from './local-estate.ts';
import { keepRunning, type Part, type PartDefinition, runOnce } from './part.ts';
import { openPartRecords } from './part-records.ts';
import { startServer } from './server-part.ts';
import { refuseTakenPorts } from './taken-ports.ts';

/** Everything that runs on this machine. */
export interface Running {
  /** Drains and stops all of it, the sites included; says whether all of it rests. */
  readonly stop: () => Promise<boolean>;
}

/** Starts the control plane, a builder and the agent of the local sites, and says where to look. */
export async function launch(config: LauncherConfig): Promise<Running> {
  const say = (line: string) => console.log(escapeControls(line));
  const startedAt = performance.now();
  const logs = join(config.data, 'logs');
  await mkdir(logs, { recursive: true, mode: 0o700 });
  const lock = await lockDirectory(config.data);
  const log = pino(
    {
      base: { part: 'launcher' },
      timestamp: pino.stdTimeFunctions.isoTime,
      hooks: { streamWrite: escapeControls },
    },
    pino.destination({ dest: join(logs, 'launcher.log'), sync: true }),
  );
  const records = openPartRecords(join(config.data, 'parts'));
  const left = await records.stopLeftovers(['builder', 'agent', 'server']);
  if (left.length > 0) say(`Stopped what an earlier start had left running: ${left.join(', ')}.`);
  const parts: Part[] = [];
  const stopParts = async () => {
    for (const part of parts.toReversed()) await part.stop(15_000);
    await lock.release();
  };
  try {
    await refuseTakenPorts(config);
    const logFile = join(logs, 'console-build.log');
    const consoleDirectory = await buildConsole({
      root: config.root,
      compile: compileWithVite(config.root, logFile),
      logFile,
      say,
    });
    const server = await startServer({ config, consoleDirectory, logFile: join(logs, 'server.log'), records, log });
    parts.push(server.part);
    const sites = await prepareSites({ config, url: server.url, tokenFile: server.launcherTokenFile });
    const shared = { records, log };
    const builder = builderDefinition({
      config,
      url: server.url,
      tokenFile: server.builderTokenFile,
      logFile: join(logs, 'builder.log'),
    });
    const agent = await agentDefinition({ config, url: server.url, sites, logFile: join(logs, 'agent.log') });
    parts.push(keepRunning({ definition: builder, ...shared }), keepRunning({ definition: agent.run, ...shared }));
    announce({
      config,
      url: server.url,
      setupUrl: server.setupUrl,
      sites,
      seconds: (performance.now() - startedAt) / 1000,
      say,
    });
    return {
      stop: async () => {
        say('\nStopping: applications finish their requests first…');
        for (const part of parts.slice(1).toReversed()) await part.stop(15_000);
        const atRest = (await runOnce(agent.stopSites)) === 0;
        await server.part.stop(15_000);
        await lock.release();
        say(
          atRest
            ? 'Stopped.'
            : `Stopped, but applications could not be ended and run on (${join(logs, 'agent.log')} says why); the next start adopts them.`,
        );
        return atRest;
      },
    };
  } catch (error) {
    await stopParts();
    throw error;
  }
}

async function prepareSites(input: {
  readonly config: LauncherConfig;
  readonly url: string;
  readonly tokenFile: string;
}): Promise<readonly LocalSite[]> {
  const { config } = input;
  const client = createClient({ baseUrl: input.url, token: (await readFile(input.tokenFile, 'utf8')).trim() });
  const marker = join(config.data, 'local-estate');
  const sites = await ensureLocalEstate({
    client,
    firstTime: !existsSync(marker),
    enrolled: (site) => existsSync(join(config.data, 'sites', site, 'identity.json')),
  });
  await writeDurably(marker, 'made\n');
  return sites;
}

function builderDefinition(input: {
  readonly config: LauncherConfig;
  readonly url: string;
  readonly tokenFile: string;
  readonly logFile: string;
}): PartDefinition {
  return {
    name: 'builder',
    isTrusted: false,
    script: join(input.config.root, 'apps', 'builder', 'src', 'main.ts'),
    environment: {
      ALMANAC_SERVER: input.url,
      ALMANAC_BUILDER_TOKEN_FILE: input.tokenFile,
      ALMANAC_DATA: input.config.data,
    },
    logFile: input.logFile,
  };
}

async function agentDefinition(input: {
  readonly config: LauncherConfig;
  readonly url: string;
  readonly sites: readonly LocalSite[];
  readonly logFile: string;
}) {
  const { config } = input;
  const file = join(config.data, 'agent.json');
  const document = {
    server: input.url,
    sharedDirectory: join(config.data, 'sites', 'shared'),
    sites: input.sites.map((site, index) => ({
      directory: join(config.data, 'sites', site.name),
      frontPort: config.sitePorts[index],
      ...(site.token === undefined ? {} : { token: site.token }),
    })),
  };
  await writeDurably(file, `${JSON.stringify(document, null, 2)}\n`);
  const common = {
    name: 'agent',
    isTrusted: false,
    script: join(config.root, 'apps', 'agent', 'src', 'main.ts'),
    environment: {},
    logFile: input.logFile,
  };
  const run: PartDefinition = { ...common, args: ['run', '--config', file] };
  const stopSites: PartDefinition = { ...common, args: ['stop-all', '--config', file] };
  return { run, stopSites };
}

function announce(input: {
  readonly config: LauncherConfig;
  readonly url: string;
  readonly setupUrl: string | undefined;
  readonly sites: readonly LocalSite[];
  readonly seconds: number;
  readonly say: (line: string) => void;
}): void {
  const { say, config } = input;
  say(`\nAlmanac is running (ready in ${input.seconds.toFixed(1)} s).\n`);
  if (input.setupUrl === undefined) say(`  Console      ${input.url}`);
  else say(`  Set it up    ${input.setupUrl}\n               (once: it makes the first administrator)`);
  for (const [index, site] of input.sites.entries()) {
    say(`  ${site.name.padEnd(12)} http://<application>.localhost:${config.sitePorts[index]}`);
  }
  say(`  Data, logs   ${config.data}\n\nCtrl-C stops everything.`);
}
