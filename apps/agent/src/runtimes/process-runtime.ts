import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import type { InstanceState, ObservedInstance } from '@almanac/domain';
import {
  type Account,
  type ControlGroups,
  findRecorded,
  isAlive,
  memoryByGroup,
  type ResourceLimits,
  spawnRecorded,
  stopGroup,
} from '@almanac/host';
import type { Command, DesiredModule } from '@almanac/protocol';
import type { InstanceRecord } from '../journal/journal.ts';
import { steadyNow } from '../steady-now.ts';

/** What is known of a live instance beside its record; it is learned anew after a restart of the agent. */
interface Vital {
  state: InstanceState;
  since: number;
  passes: number;
  misses: number;
  /** Whether its health check is asked again and again. */
  watched: boolean;
  /** Ready, and well at each of its first health checks. */
  proven: boolean;
  message: string | null;
}

const sampleMs = 2000;
const probeStartingMs = 25;
const probeStartingMostMs = 250;
const probeUnprovenMs = 50;
const probeProvenMs = 2000;
const passesToBeReady = 3;
/** Whoever is ready is looked at closely at first, and one miss makes it unready. */
const passesToBeProven = 8;
const missesToBeUnready = 3;
/** A start may take a while before its health check is a complaint. */
const missesToBeTold = 40;
/** A worker that stayed up for so long is ready. */
const workerReadyMs = 1000;
/** Whoever was up for so long has earned a quick restart. */
const wellMs = 60_000;

export interface StartInput {
  readonly record: InstanceRecord;
  readonly command: Command;
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly outputFile: string;
  /** As which the instance runs; as the agent does without one. */
  readonly account: Account | undefined;
  readonly limits: ResourceLimits;
}

/** Instances as detached processes: they outlive the agent, and a later one finds them again. */
export interface ProcessRuntime {
  readonly newId: () => string;
  readonly start: (input: StartInput) => Promise<void>;
  readonly observe: (input: {
    readonly record: InstanceRecord;
    readonly module: DesiredModule | undefined;
    readonly inFlight: number | null;
    readonly now: number;
    /** Told when a health check changed its state. */
    readonly onChange: () => void;
  }) => ObservedInstance;
  /** Ends an instance; resolves when it is gone. */
  readonly stop: (record: InstanceRecord, graceMs: number) => Promise<void>;
  readonly forget: (record: InstanceRecord) => Promise<void>;
  /** Ends instances that use more memory than they may, where the kernel does not; it is looked at every two seconds. */
  readonly boundMemory: (
    bounds: readonly { readonly record: InstanceRecord; readonly bytes: number }[],
  ) => Promise<void>;
  /** Finds the process of an instance whose start was intended and perhaps done when the agent died. */
  readonly recover: (record: InstanceRecord) => void;
}

export function createProcessRuntime(input: {
  readonly directory: string;
  /** Where limits are kept by the kernel; absent where they are not. */
  readonly groups?: ControlGroups | undefined;
}): ProcessRuntime {
  const { groups } = input;
  const root = join(input.directory, 'instances');
  const vitals = new Map<string, Vital>();
  const directoryOf = (id: string) => join(root, id);
  const tooLarge = new Set<string>();
  let nextSample = 0;
  const endOf = (record: InstanceRecord): string => {
    const wasKilled = tooLarge.has(record.id) || (groups?.of(record.id).memoryKills() ?? 0) > 0;
    return wasKilled ? ': it used more memory than its module may' : wordsOf(readStatus(statusFile(record.id)));
  };
  const statusFile = (id: string) => join(directoryOf(id), 'status');
  return {
    newId: () => randomBytes(5).toString('hex'),
    start: async ({ record, command, directory, environment, outputFile, account, limits }) => {
      await mkdir(directoryOf(record.id), { recursive: true, mode: 0o700 });
      await mkdir(join(outputFile, '..'), { recursive: true, mode: 0o700 });
      await rm(statusFile(record.id), { force: true });
      vitals.delete(record.id);
      tooLarge.delete(record.id);
      const [program = '', ...args] = typeof command === 'string' ? ['/bin/sh', '-c', command] : command;
      record.identity = await spawnRecorded({
        command: program,
        args,
        directory,
        environment,
        outputFile,
        statusFile: statusFile(record.id),
        account,
        group: account === undefined ? undefined : await groups?.create(record.id, limits),
      });
      record.startedAt = steadyNow();
    },
    observe: ({ record, module, inFlight, now, onChange }) => {
      const vital = vitals.get(record.id) ?? {
        state: 'starting',
        // An agent that finds it running looks at it for the first time, however long ago it was started.
        since: now,
        passes: 0,
        misses: 0,
        watched: false,
        proven: false,
        message: null,
      };
      vitals.set(record.id, vital);
      const known = () => vitals.get(record.id) === vital;
      look({ record, module, vital, known, now, onChange, status: () => endOf(record) });
      const { id, operation } = record;
      const draining = record.draining && vital.state !== 'exited';
      const state: InstanceState = record.stopping ? 'stopping' : draining ? 'draining' : vital.state;
      return {
        id,
        module: record.module,
        operation,
        state,
        since: draining ? record.drainingSince : vital.since,
        failures: record.failures,
        inFlight,
        message: vital.message,
      };
    },
    stop: async (record, graceMs) => {
      if (record.identity !== null) await stopGroup(record.identity, { graceMs });
    },
    forget: async (record) => {
      vitals.delete(record.id);
      tooLarge.delete(record.id);
      await groups?.of(record.id).remove();
      await rm(directoryOf(record.id), { recursive: true, force: true });
    },
    boundMemory: async (bounds) => {
      if (groups !== undefined || bounds.length === 0 || performance.now() < nextSample) return;
      nextSample = performance.now() + sampleMs;
      const used = await memoryByGroup();
      for (const { record, bytes } of bounds) {
        if (record.identity === null || (used.get(record.identity.pid) ?? 0) <= bytes) continue;
        tooLarge.add(record.id);
        await stopGroup(record.identity, { graceMs: 0 });
      }
    },
    recover: (record) => {
      if (record.identity === null) record.identity = findRecorded(statusFile(record.id)) ?? null;
    },
  };
}

function look(input: {
  readonly record: InstanceRecord;
  readonly module: DesiredModule | undefined;
  readonly vital: Vital;
  /** Whether it is still this instance that the vital tells of. */
  readonly known: () => boolean;
  readonly now: number;
  readonly onChange: () => void;
  readonly status: () => string;
}): void {
  const { record, vital, now, module } = input;
  const enter = (state: InstanceState): void => {
    if (vital.state === state) return;
    vital.state = state;
    vital.since = now;
  };
  if (record.identity === null || !isAlive(record.identity)) {
    if (vital.state === 'exited') return;
    const wasWell = vital.state === 'ready' && now - vital.since >= wellMs;
    record.failures = wasWell ? 1 : record.failures + 1;
    vital.message = `it ended${input.status()}`;
    enter('exited');
    return;
  }
  if (module?.health === undefined || record.port === null) {
    if (vital.state === 'starting' && now - record.startedAt >= workerReadyMs) enter('ready');
    return;
  }
  if (!vital.watched) watch({ ...input, port: record.port, path: module.health });
}

/** Asks the health check of an instance until it has ended or is forgotten. */
function watch(input: {
  readonly vital: Vital;
  readonly known: () => boolean;
  readonly port: number;
  readonly path: string;
  readonly onChange: () => void;
}): void {
  const { vital } = input;
  const goesOn = () => vital.state !== 'exited' && input.known();
  vital.watched = goesOn();
  if (!vital.watched) return;
  void probe(input.port, input.path).then((fault) => {
    if (goesOn() && takeAnswer(vital, fault)) input.onChange();
    setTimeout(() => watch(input), pauseAfter(vital)).unref();
  });
}

/** Milliseconds until an instance is asked again: soon while somebody may wait for it. */
function pauseAfter(vital: Vital): number {
  if (vital.proven) return probeProvenMs;
  return vital.state === 'ready' ? probeUnprovenMs : Math.min(probeStartingMs + vital.misses, probeStartingMostMs);
}

/** What an answer of the health check makes of an instance; says whether its state is another one now. */
function takeAnswer(vital: Vital, fault: string | undefined): boolean {
  vital.passes = fault === undefined ? vital.passes + 1 : 0;
  vital.misses = fault === undefined ? 0 : vital.misses + 1;
  if (fault !== undefined && (vital.state !== 'starting' || vital.misses > missesToBeTold))
    vital.message = `its health check fails: ${fault}`;
  const becomes = stateAfterAnswer(vital);
  vital.proven = becomes === 'ready' && (vital.proven || vital.passes >= passesToBeProven);
  if (becomes === vital.state) return false;
  vital.state = becomes;
  vital.since = steadyNow();
  if (becomes === 'ready') vital.message = null;
  return true;
}

function stateAfterAnswer(vital: Vital): InstanceState {
  if (vital.passes >= passesToBeReady) return 'ready';
  const mayMiss = vital.proven ? missesToBeUnready : 1;
  return vital.state === 'ready' && vital.misses >= mayMiss ? 'unready' : vital.state;
}

/** Asks once whether an instance is well; gives the reason when it is not. */
function probe(port: number, path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const asked = request(
      { host: '127.0.0.1', port, path, agent: false, timeout: 2000, headers: { 'user-agent': 'almanac-health' } },
      (response) => {
        response.resume();
        const status = response.statusCode ?? 0;
        resolve(status >= 200 && status < 300 ? undefined : `status ${status}`);
      },
    );
    asked.on('timeout', () => asked.destroy(new Error('no answer within 2 seconds')));
    asked.on('error', (error) => resolve(error.message));
    asked.end();
  });
}

function readStatus(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}

function wordsOf(status: string | undefined): string {
  if (status === undefined) return ' without leaving an exit status';
  const code = Number(status);
  return code > 128 ? ` by signal ${code - 128}` : ` with exit status ${code}`;
}
