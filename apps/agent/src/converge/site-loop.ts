import { forgetTheFuture } from '@almanac/domain';
import type { DesiredApplication, ReportedApplication, SiteReport } from '@almanac/protocol';
import type { AnsweredHeaders, GatewayStats } from '@almanac/protocol/gateway';
import { createClockWatch } from '../clock-watch.ts';
import { volumesOverQuota } from '../files/volume-quotas.ts';
import { noteRemoval, noteRolloutEnd } from '../journal/occurrences.ts';
import { keptSpecs, waitingOrders, withHolds } from '../local/holds.ts';
import { boundLogs, moduleLogFile } from '../logs/module-log.ts';
import { createSiteMetrics, type SiteMetrics } from '../metrics/site-metrics.ts';
import { collectSteps, stepsDirectory } from '../runtimes/one-off.ts';
import { limitsOf } from '../runtimes/resource-limits.ts';
import { steadyNow } from '../steady-now.ts';
import type { RoutedApplication } from '../traffic/gateway-config.ts';
import { createGatewayKeeper, type GatewayKeeper } from '../traffic/gateway-keeper.ts';
import { type Analyses, createAnalyses } from './analyses.ts';
import { convergeApplication, ensureRecord } from './converge-application.ts';
import { createDriftWatch, type DriftWatch } from './drift-watch.ts';
import { createPreparation, type Preparation } from './preparation.ts';
import { createRolloutCurves, type RolloutCurves } from './rollout-curves.ts';
import { reportRollout } from './rollout-report.ts';
import type { SiteContext } from './site-context.ts';
import { reportApplication, reportSite, reportStaged } from './site-report.ts';

export interface SiteLoop {
  /** Something changed: look now. */
  readonly wake: () => void;
  /** Looks at everything anew, every file included, and says so in a report; gives how many files there are. */
  readonly reconcile: () => Promise<number>;
  /** Stops looking; everything that runs runs on. */
  readonly stop: () => Promise<void>;
}

const movingMs = 50;
const restingMs = 500;
const housekeepingMs = 60_000;

/** Makes the site look as desired, pass after pass, and says how it looks. */
export function startSiteLoop(
  site: SiteContext,
  onReport: (report: Omit<SiteReport, 'sequence' | 'at'>) => void,
): SiteLoop {
  let stopped = false;
  let rouse: (() => void) | undefined;
  let roused = false;
  const wake = () => {
    roused = true;
    rouse?.();
  };
  const preparation = createPreparation({ releases: site.releases, onChange: wake, log: site.log });
  const keeper = createGatewayKeeper(site);
  const drift = createDriftWatch(site, wake);
  const metrics = createSiteMetrics({ reach: site.reach, onMeasured: wake });
  const analyses = createAnalyses(metrics.meter);
  const curves = createRolloutCurves(metrics.traffic);
  let afterPass: (() => void)[] = [];
  comeBackToNow(site);
  for (const record of site.journal.state.instances) {
    site.runtime.recover(record);
    // A stop that was interrupted together with the agent is done again by the next pass.
    record.stopping = false;
  }
  const watchClock = createClockWatch({ now: Date.now, steadyNow, log: site.log });
  let overQuota: readonly string[] = [];
  const run = async () => {
    let nextCare = steadyNow() + housekeepingMs;
    while (!stopped) {
      roused = false;
      let pause = movingMs;
      try {
        const told = afterPass;
        afterPass = [];
        pause = await pass({ site, preparation, keeper, metrics, analyses, curves, drift, onReport, wake, overQuota });
        for (const tell of told) tell();
        if (steadyNow() > nextCare) {
          nextCare = steadyNow() + housekeepingMs;
          watchClock();
          overQuota = await keepHouse(site);
          // It takes as long as it takes; the site goes on meanwhile.
          void drift.look({ full: false }).catch((error: unknown) => {
            site.log.error({ err: error }, 'the files of applications could not be looked at');
          });
        }
      } catch (error) {
        site.log.error({ err: error }, 'a pass over the site failed; it is repeated');
      }
      if (pause === 0 || roused || stopped) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pause);
        rouse = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };
  const running = run();
  return {
    wake,
    reconcile: async () => {
      const files = await drift.look({ full: true });
      // What was found is told by the pass that begins after it.
      const told = new Promise<void>((resolve) => afterPass.push(resolve));
      wake();
      await told;
      return files;
    },
    stop: async () => {
      stopped = true;
      preparation.stop();
      drift.stop();
      wake();
      await running;
      await site.journal.save();
    },
  };
}

/** A clock that was set back since the journal was written would let deadlines wait for as long. */
function comeBackToNow({ journal }: SiteContext): void {
  const now = steadyNow();
  for (const record of journal.state.instances) {
    record.startedAt = Math.min(record.startedAt, now);
    record.drainingSince = Math.min(record.drainingSince, now);
  }
  for (const record of Object.values(journal.state.applications)) {
    record.rollout = forgetTheFuture(record.rollout, now);
    record.steps = record.steps.map((each) => ({ ...each, startedAt: Math.min(each.startedAt, now) }));
  }
}

/** One look at the whole site; gives after how many milliseconds the next one is due. */
async function pass(input: {
  readonly site: SiteContext;
  readonly preparation: Preparation;
  readonly keeper: GatewayKeeper;
  readonly metrics: SiteMetrics;
  readonly analyses: Analyses;
  readonly curves: RolloutCurves;
  readonly drift: DriftWatch;
  readonly onReport: (report: Omit<SiteReport, 'sequence' | 'at'>) => void;
  readonly wake: () => void;
  readonly overQuota: readonly string[];
}): Promise<number> {
  const { site, preparation } = input;
  const stats = (await site.gateway.ensure()) ? await site.gateway.stats() : undefined;
  const inFlight = input.keeper.inFlight(stats);
  observe(input, stats);
  const { state } = site.journal;
  const desired = site.desired.current();
  const orders = desired?.applications ?? [];
  const wanted = withHolds(orders, state.holds);
  const running = wanted.filter((each) => !each.stageOnly);
  const reports: ReportedApplication[] = wanted
    .filter((each) => each.stageOnly)
    .map((each) => reportStaged(each, preparation.of(each)));
  for (const { order, message } of waitingOrders(orders, state.holds))
    reports.push({ ...reportStaged(order, { kind: 'ready' }), phase: 'progressing', message });
  const routed: RoutedApplication[] = [];
  let drained = false;
  let moving = reports.some((each) => each.phase === 'pulling') || stats === undefined;
  // Ports come first: whoever consumes a contract is told an address that is given already.
  for (const application of running)
    if (preparation.of(application).kind === 'ready') await ensureRecord(site, application);
  for (const application of running.filter(
    (each) => site.journal.state.applications[each.application.id] === undefined,
  )) {
    const prepared = preparation.of(application);
    if (prepared.kind === 'ready') continue;
    reports.push({ ...reportStaged(application, prepared) });
    moving = true;
  }
  for (const record of Object.values(site.journal.state.applications)) {
    const target = running.find((each) => each.application.id === record.id) ?? null;
    const prepared = target === null ? null : preparation.of(target);
    // Until its files are here an application stays what it is.
    const next = prepared === null || prepared.kind === 'ready' ? target : stableSpec(record);
    const converged = await convergeApplication(site, {
      record,
      target: next,
      inFlight,
      analyses: input.analyses,
      onChange: input.wake,
    });
    moving ||= converged.moving || prepared?.kind === 'pulling';
    drained ||= converged.drained;
    noteRolloutEnd(state, record, new Date());
    const records = site.journal.state.instances.filter((each) => each.application === record.id);
    // A step runs by itself to its end: until then it needs its files, and must not be begun once more beside itself.
    if (target === null && record.rollout.phase === 'idle' && !record.steps.some((each) => each.state === 'running')) {
      await site.files.forget(record.id);
      noteRemoval(state, record, new Date());
      delete site.journal.state.applications[record.id];
      continue;
    }
    reports.push(
      reportApplication({
        record,
        target,
        prepared,
        observed: converged.observed,
        records,
        stats,
        drift: input.drift.of(record.id),
        hold: state.holds[record.id],
        rollout: reportRollout(record, input.curves.of(record, steadyNow())),
      }),
    );
    const modules = Object.entries(record.ports).map(([name, port]) => ({ name, port }));
    routed.push({
      name: record.name,
      modules,
      desired: converged.desired,
      observed: converged.observed,
      records,
      specs: record.specs,
      answers: answersOf(site, record.id),
    });
  }
  const rerouted = stats !== undefined && (await input.keeper.apply(routed, stats.revision));
  await site.journal.save();
  await site.runtime.boundMemory(memoryBounds(site));
  input.onReport(await reportSite(site, { desired, applications: reports, stats, overQuota: input.overQuota }));
  // What leaves the traffic ends as soon as the gateway gives it nothing new: that is looked at without a pause.
  if (drained || (rerouted && moving)) return 0;
  return moving ? movingMs : restingMs;
}

/** What analyses go by: traffic always, as they look back; processes of what takes steps. */
function observe(
  { site, metrics }: { readonly site: SiteContext; readonly metrics: SiteMetrics },
  stats: GatewayStats | undefined,
): void {
  const now = steadyNow();
  if (stats !== undefined) metrics.traffic.observe(stats, now);
  const { applications, instances } = site.journal.state;
  metrics.processes.sample(
    instances.flatMap((each) => {
      const record = applications[each.application];
      if (record?.rollout.phase !== 'stepping') return [];
      const { id, operation: version, restarts } = each;
      return [{ id, application: record.name, version, group: each.identity?.pid ?? null, restarts }];
    }),
    now,
  );
}

function memoryBounds(site: SiteContext) {
  return site.journal.state.instances.flatMap((record) => {
    const spec = site.journal.state.applications[record.application]?.specs[record.operation];
    const module = spec?.modules.find((each) => each.name === record.module);
    const bytes = module === undefined ? undefined : limitsOf(module).memory;
    return bytes === undefined ? [] : [{ record, bytes }];
  });
}

/** Of a document of before there were some, and of an application that leaves: nothing but what it sends itself. */
const noAnswers: AnsweredHeaders = { headers: [], collectsReports: false };

function answersOf(site: SiteContext, application: string): AnsweredHeaders {
  return site.desired.current()?.answers.find((each) => each.application === application) ?? noAnswers;
}

function stableSpec(record: {
  readonly rollout: { readonly stable: { readonly operation: string } | null };
  readonly specs: Readonly<Record<string, DesiredApplication>>;
}): DesiredApplication | null {
  return record.rollout.stable === null ? null : (record.specs[record.rollout.stable.operation] ?? null);
}

/** What is done now and then: old releases and blobs go, logs are cut; says which volumes hold too much. */
async function keepHouse(site: SiteContext): Promise<readonly string[]> {
  const specs = Object.values(site.journal.state.applications).flatMap((record) => Object.values(record.specs));
  const applications = Object.keys(site.journal.state.applications);
  const kept = keptSpecs(site.journal.state);
  await site.releases.collect(applications, [...specs, ...kept, ...(site.desired.current()?.applications ?? [])]);
  const steps = Object.values(site.journal.state.applications).flatMap((record) => record.steps);
  await collectSteps(stepsDirectory(site.directory), new Set(steps.map((each) => each.id)));
  await boundLogs(
    specs.flatMap((each) =>
      each.modules.map((module) =>
        moduleLogFile({ directory: site.directory, application: each.application.name, module: module.name }),
      ),
    ),
  );
  return volumesOverQuota(site.desired.current()?.applications ?? [], site.files.directoryOf);
}

/** Ends every instance of a site and its gateway; used when the whole machine is to rest. */
export async function stopSite(site: SiteContext): Promise<void> {
  const { state } = site.journal;
  for (const record of state.instances) site.runtime.recover(record);
  await Promise.all(
    state.instances.map(async (record) => {
      await site.runtime.stop(record, 10_000);
      await site.runtime.forget(record);
      await site.files.remove(record.application, 'homes', record.id);
    }),
  );
  await site.gateway.stop();
  state.instances = [];
  await site.journal.save();
}
