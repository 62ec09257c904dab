import { execFile } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { isAlive, privateDirectory, processIdentity, spawnDetached, stopGroup } from '@almanac/host';
import {
  type GatewayConfig,
  type GatewayListener,
  type GatewayStats,
  gatewayConfig,
  RequestCounters,
  ViolationCollector,
} from '@almanac/protocol/gateway';
import type { JournalState } from '../../journal/journal.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { haproxyCli } from './haproxy-cli.ts';
import { type HaproxyConfig, haproxyConfigOf, haproxyFile } from './haproxy-config.ts';
import { settleServers } from './haproxy-runtime.ts';
import { backendOf } from './haproxy-servers.ts';
import { workOf } from './haproxy-work.ts';
import { holdScript } from './hold-script.ts';
import { hearReports } from './report-socket.ts';
import { hearRequests } from './request-log.ts';

/** Whose instance it is, to count what is logged about it. */
interface KnownInstance {
  readonly service: string;
  readonly version: string;
  readonly build: string;
}

const reloadMs = 15_000;
/** Whoever lives and says nothing for so long hangs, and is replaced. */
const silentMs = 15_000;
const mostKnown = 2000;
const nothing = gatewayConfig.parse({ revision: 1, listeners: [], services: [] });

/**
 * HAProxy as the data plane of a site: a process of its own that outlives the agent, as our gateway is. Instances, their
 * weights and who waits are changed as it runs; anything else by a reload that hands the listening sockets over, cuts no
 * request, and closes connections that carry none.
 */
export async function createHaproxyClient(input: {
  readonly directory: string;
  readonly journal: JournalState['gateway'];
  readonly program: string;
}): Promise<GatewayClient> {
  const { journal, program } = input;
  const folder = join(input.directory, 'haproxy');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const sockets = privateDirectory(`${input.directory}/haproxy`);
  const files = {
    config: join(folder, 'haproxy.cfg'),
    hold: join(folder, 'hold.lua'),
    cli: join(sockets, 'cli.sock'),
    // No longer than the one beside it: what a socket may be called is short.
    reports: join(sockets, 'csp.sock'),
  };
  await writeFile(files.hold, holdScript, { mode: 0o600 });
  const cli = haproxyCli(files.cli);
  const startedAt = new Date().toISOString();
  const counters = new Map<string, RequestCounters>();
  const known = new Map<string, KnownInstance>();
  const heard = await hearRequests(({ instance, status, milliseconds }) => {
    const whose = known.get(instance);
    if (whose === undefined) return;
    const counter = counters.get(whose.service) ?? new RequestCounters();
    counters.set(whose.service, counter);
    counter.count({ ...whose, status, milliseconds });
  });
  let applied: { readonly config: GatewayConfig; readonly made: HaproxyConfig; readonly stamp: string } | undefined;
  const collector = new ViolationCollector();
  const reports = await hearReports({
    path: files.reports,
    collector,
    serviceOf: (named) => applied?.config.services.find((each) => backendOf(each.name) === named),
  });
  let mayResume = true;
  let silentSince: number | undefined;

  const places = {
    holdScript: files.hold,
    reports: files.reports,
    logPort: heard.port,
    certificates: ({ tls, port }: GatewayListener) =>
      (tls?.certificates ?? []).map((_, index) => join(folder, `${port}-${index}.pem`)),
  };
  const alive = () => journal.identity !== null && isAlive(journal.identity);
  const adopt = async (): Promise<boolean> => {
    const answer = await cli.ask('show proc').catch(() => undefined);
    const pid = Number(/^(\d+)\s+master/m.exec(answer ?? '')?.[1]);
    if (answer === undefined || Number.isNaN(pid)) return false;
    if (journal.identity?.pid !== pid || !alive()) journal.identity = processIdentity(pid) ?? null;
    return true;
  };
  const start = async () => {
    await mkdir(join(input.directory, 'logs'), { recursive: true, mode: 0o700 });
    // What it served last is served at once; if that is what keeps it from starting, the agent will say it anew.
    if (!mayResume || !existsSync(files.config))
      await writeFile(files.config, haproxyFile(haproxyConfigOf(nothing, places), 0), { mode: 0o600 });
    mayResume = !mayResume;
    applied = undefined;
    journal.identity = await spawnDetached({
      command: program,
      args: ['-W', '-S', `${files.cli},mode,600,level,admin`, '-f', files.config],
      directory: folder,
      environment: { PATH: process.env['PATH'] ?? '' },
      outputFile: join(input.directory, 'logs', 'gateway.log'),
    });
  };
  /** Revision of the configuration that a worker began with. */
  const revisionOf = async (worker: number): Promise<number> =>
    Number(/^description: (\d+)$/im.exec(await cli.ask('show info', worker).catch(() => ''))?.[1] ?? -1);
  const reload = async (config: GatewayConfig, made: HaproxyConfig) => {
    await linkCertificates(config.listeners, places.certificates);
    await writeFile(files.config, haproxyFile(made, config.revision), { mode: 0o600 });
    await promisify(execFile)(program, ['-c', '-q', '-f', files.config]).catch((error: { stderr?: string }) => {
      throw new Error(`HAProxy refuses its configuration: ${error.stderr ?? ''}`);
    });
    const before = new Set(await cli.workers());
    await cli.ask('reload').catch(() => undefined);
    const deadline = performance.now() + reloadMs;
    while (performance.now() < deadline) {
      await pause(20);
      const fresh = (await cli.workers().catch(() => [])).find((each) => !before.has(each));
      if (fresh !== undefined && (await revisionOf(fresh)) === config.revision) return;
    }
    throw new Error('HAProxy did not take its configuration over; its log says why');
  };
  const apply: GatewayClient['apply'] = async (wish) => {
    const config = gatewayConfig.parse(wish);
    const made = haproxyConfigOf(config, places);
    const stamp = stampOf(config.listeners);
    remember(known, config);
    if (applied?.made.structure !== made.structure || applied.stamp !== stamp) await reload(config, made);
    else await writeFile(files.config, haproxyFile(made, config.revision), { mode: 0o600 });
    // Workers that only end what they began can be told nothing any more.
    const [worker] = await cli.workers();
    if (worker === undefined) throw new Error('HAProxy serves nobody');
    const ask = (command: string) => cli.ask(command, worker);
    // Nobody is turned away between the last server and the first one after it.
    for (const hold of made.holds.begin) await ask(hold);
    await settleServers(ask, made.servers);
    for (const hold of made.holds.end) await ask(hold);
    collector.keepOnly(new Set(config.services.map((each) => each.name)));
    applied = { config, made, stamp };
  };
  const stats = async (): Promise<GatewayStats | undefined> => {
    const workers = await cli.workers().catch(() => []);
    const [current] = workers;
    if (current === undefined) return undefined;
    // A certificate that was renewed is read by a reload.
    if (applied !== undefined && applied.stamp !== stampOf(applied.config.listeners)) await apply(applied.config);
    const revision = applied?.config.revision ?? Math.max(0, await revisionOf(current));
    const tables = await Promise.all(workers.map((worker) => cli.ask('show stat', worker)));
    const held = heldBy(await Promise.all(workers.map((worker) => cli.ask('show held', worker))));
    const work = workOf(tables);
    const services = (applied?.config.services ?? []).map((service) => {
      const own = new Set(service.backends.map((each) => each.instance));
      const leaving = [...work.values()].filter(
        ({ instance, inFlight }) => inFlight > 0 && !own.has(instance) && known.get(instance)?.service === service.name,
      );
      return {
        name: service.name,
        held: held.get(service.name.replaceAll('/', '.')) ?? 0,
        versions: counters.get(service.name)?.list() ?? [],
        mirrored: [],
        backends: [
          ...[...own].map((instance) => work.get(instance) ?? { instance, inFlight: 0, connections: 0, upgraded: 0 }),
          ...leaving,
        ],
        violations: collector.of(service.name),
      };
    });
    return { startedAt, revision, listenerFaults: {}, services };
  };
  return {
    ensure: async () => {
      if (await adopt()) {
        silentSince = undefined;
        return true;
      }
      silentSince ??= performance.now();
      if (alive() && performance.now() - silentSince < silentMs) return false;
      silentSince = undefined;
      if (journal.identity !== null) await stopGroup(journal.identity, { graceMs: 0 });
      await rm(files.cli, { force: true });
      await start();
      return false;
    },
    apply,
    stats,
    stop: async () => {
      await adopt();
      if (journal.identity !== null) await stopGroup(journal.identity, { graceMs: 10_000 });
      journal.identity = null;
      heard.close();
      reports.close();
    },
  };
}

function remember(known: Map<string, KnownInstance>, { services }: GatewayConfig): void {
  for (const { name, backends, versions } of services) {
    for (const { instance, version } of backends) {
      known.delete(instance);
      known.set(instance, {
        service: name,
        version,
        build: versions.find((each) => each.version === version)?.build ?? version,
      });
    }
  }
  for (const instance of known.keys()) {
    if (known.size <= mostKnown) break;
    known.delete(instance);
  }
}

function heldBy(answers: readonly string[]): ReadonlyMap<string, number> {
  const held = new Map<string, number>();
  for (const [, service = '', count = ''] of answers.join('\n').matchAll(/^(\S+) (\d+)$/gm))
    held.set(service, (held.get(service) ?? 0) + Number(count));
  return held;
}

/** Keys stay where they are: HAProxy wants certificate and key side by side, by links. */
async function linkCertificates(
  listeners: readonly GatewayListener[],
  placesOf: (listener: GatewayListener) => readonly string[],
): Promise<void> {
  for (const listener of listeners) {
    for (const [index, place] of placesOf(listener).entries()) {
      const files = listener.tls?.certificates[index];
      if (files === undefined) continue;
      await Promise.all([rm(place, { force: true }), rm(`${place}.key`, { force: true })]);
      await symlink(files.certificateFile, place);
      await symlink(files.keyFile, `${place}.key`);
    }
  }
}

/** Another one when a certificate or key is another file than before. */
function stampOf(listeners: readonly GatewayListener[]): string {
  return listeners
    .flatMap(({ tls }) => tls?.certificates ?? [])
    .flatMap(({ certificateFile, keyFile }) => [certificateFile, keyFile])
    .map((file) => {
      const info = statSync(file, { bigint: true, throwIfNoEntry: false });
      return `${file} ${info?.ino} ${info?.size} ${info?.mtimeNs}`;
    })
    .join('\n');
}

/** Where HAProxy is installed; undefined where it is not. */
export function findHaproxy(path: string | undefined): string | undefined {
  const folders = [...(path ?? '').split(':'), '/usr/sbin', '/usr/local/sbin'].filter((each) => each !== '');
  return folders.map((folder) => join(folder, 'haproxy')).find((file) => existsSync(file) && statSync(file).isFile());
}
