import { join } from 'node:path';
import {
  type ControlGroups,
  type DirectoryLock,
  lockDirectory,
  openControlGroups,
  openRuntimeDirectory,
  type RuntimeDirectory,
  readReach,
} from '@almanac/host';
import { escapeControls, type LogRequest, type SiteReport } from '@almanac/protocol';
import { pino } from 'pino';
import { createBandwidth, lesserLimit } from './artifacts/bandwidth.ts';
import { type Blobs, createBlobs } from './artifacts/blobs.ts';
import { earlierArtifacts } from './artifacts/earlier-artifacts.ts';
import { createReleases, type ReleaseSource } from './artifacts/releases.ts';
import {
  type AgentCommand,
  type AgentConfig,
  readBackupsKept,
  readCommand,
  readDataPlane,
  UsageError,
} from './config.ts';
import { createDatabaseGuard } from './connections/database-guard.ts';
import { createSitePostgres, type SitePostgres } from './connections/site-postgres.ts';
import { maskOf } from './converge/given-secrets.ts';
import type { SiteContext } from './converge/site-context.ts';
import { startSiteLoop, stopSite } from './converge/site-loop.ts';
import { createSiteFiles } from './files/site-files.ts';
import { loadIdentity } from './identity/site-identity.ts';
import { openJournal } from './journal/journal.ts';
import { confirm, noteRefusedOrder, unconfirmed } from './journal/occurrences.ts';
import { runLocalCommand } from './local/local-command.ts';
import { viewSite } from './local/local-view.ts';
import { openLocalConsole } from './local/open-local-console.ts';
import { readModuleLog } from './logs/module-log.ts';
import { createProcessRuntime } from './runtimes/process-runtime.ts';
import { siteCapabilities } from './runtimes/site-capabilities.ts';
import { openDataPlane } from './traffic/data-plane.ts';
import { type Connection, keepConnected } from './transport/connect.ts';
import { openDesiredStore } from './transport/desired-store.ts';
import { openLastContact } from './transport/last-contact.ts';

const databasesEveryMs = 1000;
const log = pino({
  base: { part: 'agent' },
  timestamp: pino.stdTimeFunctions.isoTime,
  hooks: { streamWrite: escapeControls },
});

/** Of whoever only stops what runs. */
const noConnection = { access: () => undefined, renewAccess: () => undefined };

try {
  const argv = process.argv.slice(2);
  if (argv[0] === 'local') process.stdout.write(escapeControls(`${await runLocalCommand(argv.slice(1))}\n`));
  else await runCommand(argv);
} catch (error) {
  if (error instanceof UsageError) {
    process.stderr.write(escapeControls(`${error.message}\n`));
    process.exitCode = 2;
  } else {
    log.fatal({ reason: error instanceof Error ? error.message : String(error) }, 'the agent cannot run');
    process.exitCode = 1;
  }
}

async function runCommand(argv: readonly string[]): Promise<void> {
  const command = readCommand(argv);
  if (command.action === 'help') process.stdout.write(escapeControls(`${command.text}\n`));
  else await carryOut(command);
}

async function carryOut(command: AgentCommand): Promise<void> {
  const { action, config } = command;
  // Whoever only looks may do so while the agent runs.
  if (action === 'backups') return listBackups(createSitePostgres(config.sharedDirectory));
  const lock = await lockDirectory(config.sharedDirectory, 'agent.lock');
  const machine = await openMachine(config);
  if (action === 'run') return runAgent({ config, machine, lock });
  if (action === 'stop-all') await stopAll(config, machine);
  else await restoreDatabases(machine.databases, command);
  await lock.release();
  process.exit(0);
}

async function runAgent(input: {
  readonly config: AgentConfig;
  readonly machine: Machine;
  readonly lock: DirectoryLock;
}): Promise<void> {
  const { config, machine, lock } = input;
  for (const notice of machine.notices) log.warn(notice);
  const stops = await Promise.all(config.sites.map((site) => runSite({ config, site, machine })));
  const keeper = keepDatabases(machine.databases);
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      clearInterval(keeper);
      log.info('agent stops; applications run on');
      void Promise.all(stops.map((stop) => stop()))
        .then(lock.release)
        .then(() => process.exit(0));
    });
  }
}

/** What the sites of an agent share, and what people should know of it. */
interface Machine {
  readonly databases: SitePostgres;
  readonly blobs: Blobs;
  readonly runtime: RuntimeDirectory | undefined;
  readonly groups: ControlGroups | undefined;
  readonly notices: readonly string[];
  readonly capabilities: SiteContext['capabilities'];
}

async function openMachine(config: AgentConfig): Promise<Machine> {
  const databases = createSitePostgres(config.sharedDirectory);
  const opened = await openRuntimeDirectory(process.env);
  const runtime = 'directory' in opened ? opened.directory : undefined;
  const groups = runtime === undefined ? undefined : await openControlGroups();
  const notices = [
    ...('fault' in opened
      ? [`Applications run under one account and are not isolated from each other: ${opened.fault}.`]
      : []),
    ...(groups === undefined
      ? ['The processor is not limited, and memory is looked at every two seconds: there are no control groups here.']
      : []),
  ];
  const blobs = createBlobs({ directory: join(config.sharedDirectory, 'blobs'), log });
  return { databases, blobs, runtime, groups, notices, capabilities: await siteCapabilities() };
}

/** Applications cannot start their PostgreSQL again: whoever killed it, it is back within a second. */
function keepDatabases(databases: SitePostgres): NodeJS.Timeout {
  let complained = '';
  return setInterval(() => {
    databases.keepRunning().then(
      (did) => {
        complained = '';
        if (did === 'started') log.warn('the PostgreSQL of the sites had ended, and was started again');
      },
      (error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        if (reason !== complained) log.error({ reason }, 'the PostgreSQL of the sites cannot be started; tried again');
        complained = reason;
      },
    );
  }, databasesEveryMs);
}

type SiteConfig = AgentConfig['sites'][number];

async function openSite(input: {
  readonly config: AgentConfig;
  readonly site: SiteConfig;
  readonly machine: Machine;
  readonly connection: Pick<ReleaseSource, 'access' | 'renewAccess'>;
}): Promise<SiteContext> {
  const { config, site, machine } = input;
  const { directory, frontPort } = site;
  const identity = await loadIdentity({ directory, server: config.server, token: site.token?.reveal() });
  const files = createSiteFiles({ site: identity.site.id, directory, runtime: machine.runtime });
  const own = log.child({ site: identity.site.name });
  const journal = await openJournal({ directory, log: own });
  const desired = await openDesiredStore({
    directory,
    identity,
    log: own,
    onRefused: (why) => noteRefusedOrder(journal.state.spool, why, new Date()),
  });
  return {
    directory,
    frontPort,
    tls: site.tls,
    identity,
    journal,
    log: own,
    files,
    databases: machine.databases,
    guard: createDatabaseGuard({ databases: machine.databases, kept: readBackupsKept(process.env), log: own }),
    notices: machine.notices,
    desired,
    capabilities: machine.capabilities,
    releases: createReleases({
      files,
      source: {
        server: config.server,
        blobs: machine.blobs,
        bandwidth: createBandwidth(() => lesserLimit(site.bandwidth, desired.current()?.bandwidth ?? undefined)),
        earlier: (application, module) => earlierArtifacts(journal.state, application, module),
        ...input.connection,
      },
    }),
    runtime: createProcessRuntime({ directory, groups: machine.groups }),
    groups: machine.groups,
    reach: readReach(process.env, 'ALMANAC_METRICS_INTERNAL'),
    gateway: await openDataPlane({
      plane: readDataPlane(process.env),
      directory,
      journal: journal.state.gateway,
      log: own,
    }),
  };
}

/** Runs one site until it is told to stop; what runs on it is not stopped with it. */
async function runSite(input: {
  readonly config: AgentConfig;
  readonly site: SiteConfig;
  readonly machine: Machine;
}): Promise<() => Promise<void>> {
  const { server } = input.config;
  let connection: Connection | undefined;
  const site = await openSite({
    ...input,
    connection: { access: () => connection?.access(), renewAccess: () => connection?.renew() },
  });
  const { spool } = site.journal.state;
  const contact = openLastContact(site.directory);
  const readLog = async (request: LogRequest) => {
    const instances = site.journal.state.instances
      .filter((each) => each.module === request.module)
      .map((each) => each.id);
    const mask = await maskOf(site, request.application);
    return readModuleLog({ directory: site.directory, request, instances, mask });
  };
  let wake: () => void = () => undefined;
  let reconcile: () => Promise<number> = async () => 0;
  const kept = keepConnected({
    server,
    identity: site.identity,
    desired: site.desired,
    log: site.log,
    onDesired: () => wake(),
    onHeard: contact.note,
    reconcile: () => reconcile(),
    readLog,
    occurrences: {
      pending: async () => {
        // What comes while it is written down is told by the next message: nothing is told that a crash could undo.
        const told = unconfirmed(spool);
        await site.journal.save();
        return told;
      },
      kept: (until) => confirm(spool, until),
    },
  });
  connection = kept;
  let report: Omit<SiteReport, 'sequence' | 'at'> | undefined;
  const loop = startSiteLoop(site, (latest) => {
    report = latest;
    kept.report(latest);
  });
  wake = loop.wake;
  reconcile = loop.reconcile;
  const local = await openLocalConsole({
    site,
    port: input.site.localPort,
    wake: loop.wake,
    readLog,
    view: () => viewSite({ site, server, connected: kept.isConnected(), lastContact: contact.at(), report }),
  });
  return async () => {
    kept.close();
    await local?.close();
    await loop.stop();
  };
}

async function listBackups(databases: SitePostgres): Promise<void> {
  const found = await databases.backups();
  if (found.length === 0) process.stdout.write('There is no backup: one is taken before each migration.\n');
  for (const each of found) process.stdout.write(escapeControls(`${each.name}  before ${each.before}\n`));
}

/** Lets the databases of an application be those of a backup. */
async function restoreDatabases(databases: SitePostgres, command: AgentCommand): Promise<void> {
  const { application = '', backup = '' } = command;
  const id = await applicationId(command.config, application);
  const connections = await databases.restore({ application: id, backup });
  process.stdout.write(
    escapeControls(
      `${connections.join(', ')} of ${application} will be what the backup holds. Start the agent, then let ${application} take it up:\n` +
        `  almanac configure ${application} --in <environment>\n` +
        'What the databases were stays on the disk.\n',
    ),
  );
}

/** The identity of an application that a site of this agent runs. */
async function applicationId(config: AgentConfig, name: string): Promise<string> {
  for (const { directory } of config.sites) {
    const { state } = await openJournal({ directory, log });
    const found = Object.values(state.applications).find((each) => each.name === name);
    if (found !== undefined) return found.id;
  }
  throw new UsageError(`no site of this agent runs ${name}`);
}

async function stopAll(config: AgentConfig, machine: Machine): Promise<void> {
  for (const site of config.sites) {
    const context = await openSite({ config, site, machine, connection: noConnection }).catch(() => undefined);
    if (context !== undefined) await stopSite(context);
  }
  await machine.databases.stop();
}
