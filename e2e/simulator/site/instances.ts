import type { InstanceState, ObservedInstance } from '@almanac/domain';
import type { SiteContext } from './converge.ts';
import type { InstanceRecord } from './journal.ts';

/** What is known of a live instance beside its record; it is learned anew after a restart of the agent. */
export interface Vital {
  state: InstanceState;
  since: number;
  message: string | null;
  /** When the agent first saw it. */
  readonly metAt: number;
}

/** Whoever was up for so long has earned a quick restart. */
const wellMs = 60_000;
/** So long after the agent first saw an instance its health checks have told how it is. */
const probedMs = 100;

/** One instance as the agent sees it now: by its process, and by what its health check answers. */
export function observeInstance(site: SiteContext, record: InstanceRecord, now: number): ObservedInstance {
  const vital =
    site.vitals.get(record.id) ??
    meet(site, { state: 'starting', since: firstLook(site, record, now), metAt: now, message: null });
  site.vitals.set(record.id, vital);
  look(site, { record, vital, now });
  const draining = record.draining && vital.state !== 'exited';
  return {
    id: record.id,
    module: record.module,
    operation: record.operation,
    state: record.stopping ? 'stopping' : draining ? 'draining' : vital.state,
    since: draining ? record.drainingSince : vital.since,
    failures: record.failures,
    inFlight: draining ? 0 : null,
    message: vital.message,
  };
}

/** A health check has to pass several times before it counts; the agent is woken then. */
function meet(site: SiteContext, vital: Vital): Vital {
  site.world.kernel.after(probedMs, site.wake);
  return vital;
}

/** An agent that finds it running looks at it for the first time, however long ago it was started. */
function firstLook(site: SiteContext, record: InstanceRecord, now: number): number {
  return site.world.has('count-from-old-start') ? record.startedAt : now;
}

function look(
  site: SiteContext,
  given: { readonly record: InstanceRecord; readonly vital: Vital; readonly now: number },
): void {
  const { record, vital, now } = given;
  const enter = (state: InstanceState) => {
    if (vital.state === state) return;
    vital.state = state;
    vital.since = now;
  };
  const process = record.started ? site.machine.find(record.id) : undefined;
  if (process === undefined || process.exitCode !== null) {
    if (vital.state === 'exited') return;
    const wasWell = vital.state === 'ready' && now - vital.since >= wellMs;
    record.failures = wasWell ? 1 : record.failures + 1;
    vital.message = 'it ended';
    enter('exited');
    return;
  }
  const isProbed = vital.state !== 'starting' || now - vital.metAt >= probedMs;
  if (process.ready && !process.hangs && isProbed) enter('ready');
  else if (vital.state === 'ready') {
    vital.message = 'its health check fails';
    enter('unready');
  }
}

/** Finds the process of an instance whose start was intended and perhaps done when the agent died. */
export function adoptInstance(site: SiteContext, record: InstanceRecord): void {
  if (record.started || site.world.has('adopt-nothing')) return;
  record.started = site.machine.find(record.id) !== undefined;
}
