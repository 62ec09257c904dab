import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { type Analysis, type AnalysisKey, idleRollout, type Rollout, type RolloutTarget } from '@almanac/domain';
import { failpoint, type ProcessIdentity, syncDirectory, writeDurably } from '@almanac/host';
import type { DesiredApplication, Occurrence } from '@almanac/protocol';
import type { Logger } from 'pino';

/** What the agent intended and did for one instance; `identity` is null between the intention and the deed. */
export interface InstanceRecord {
  readonly id: string;
  readonly application: string;
  readonly module: string;
  /** Another one when a later operation wants exactly what runs. */
  operation: string;
  readonly port: number | null;
  identity: ProcessIdentity | null;
  startedAt: number;
  /** Exits in a row without having been well for a minute. */
  failures: number;
  restarts: number;
  draining: boolean;
  drainingSince: number;
  /** Asked to stop, and meant to be gone. */
  stopping: boolean;
}

/** A one-off step of an operation; its result outlives the agent. */
export interface StepRecord {
  readonly step: 'migrate' | 'verify';
  readonly module: string;
  readonly operation: string;
  readonly id: string;
  /** `waiting` when it could not be started, and is tried again. */
  state: 'waiting' | 'running' | 'succeeded' | 'failed';
  /** How often it could not be started. */
  faults: number;
  /** Its operation was given up while it ran. */
  readonly abandoned?: boolean;
  identity: ProcessIdentity | null;
  readonly startedAt: number;
  endedAt: number | null;
  output: string;
}

/** One analysis of a rollout; what it found outlives the agent. */
export interface AnalysisRecord extends AnalysisKey {
  /** The operation that it is compared with; null where there was none. */
  readonly baseline: string | null;
  analysis: Analysis;
}

export interface ApplicationRecord {
  readonly id: string;
  readonly name: string;
  rollout: Rollout;
  /** What operations asked for, as long as one of their instances may run. Secrets in it stay sealed. */
  readonly specs: Record<string, DesiredApplication>;
  steps: StepRecord[];
  analyses: AnalysisRecord[];
  /** The stable port of each module that serves, given once and kept. */
  readonly ports: Record<string, number>;
}

export interface JournalState {
  readonly schema: 1;
  readonly applications: Record<string, ApplicationRecord>;
  instances: InstanceRecord[];
  gateway: { identity: ProcessIdentity | null; revision: number };
  readonly spool: OccurrenceSpool;
  /** By the id of an application: which versions of it came to run here. */
  readonly versions: Record<string, VersionsHere>;
  /** By the id of an application: what somebody at the site keeps as it is. */
  readonly holds: Record<string, Hold>;
}

/** What came to pass here, with what the server has confirmed; in the journal, so that it is told exactly once. */
export interface OccurrenceSpool {
  readonly id: string;
  next: number;
  /** Up to this number the server has them. */
  confirmed: number;
  items: Occurrence[];
}

interface VersionsHere {
  stable: DesiredApplication | null;
  /** The version that ran before: to it somebody at the site can go back. */
  previous: DesiredApplication | null;
  /** The operation whose failure was told. */
  failed: string | null;
}

/** Somebody at the site keeps an application at one version, whatever is ordered, until it is released. */
export interface Hold {
  readonly kind: 'paused' | 'rolled-back';
  readonly by: string;
  readonly since: string;
  readonly reason: string;
  readonly spec: DesiredApplication;
}

/** What a site must not forget, as durable documents in its directory. */
export interface Journal {
  readonly state: JournalState;
  /** Makes what is in memory durable; nothing is written when nothing changed. */
  readonly save: () => Promise<void>;
}

const empty = (): JournalState => ({
  schema: 1,
  applications: {},
  instances: [],
  gateway: { identity: null, revision: 0 },
  spool: { id: randomUUID(), next: 1, confirmed: 0, items: [] },
  versions: {},
  holds: {},
});

/** Opens the journal of a site; one that cannot be read is kept aside for people, and the site begins anew. */
export async function openJournal(input: { readonly directory: string; readonly log: Logger }): Promise<Journal> {
  const file = join(input.directory, 'journal.json');
  const state = await readState(file, input.log);
  // Whoever died right after the rename left a name that a power cut could still take back.
  if (existsSync(file)) await syncDirectory(input.directory);
  let saved = JSON.stringify(state);
  let turn: Promise<void> = Promise.resolve();
  const write = async () => {
    const text = JSON.stringify(state);
    if (text === saved) return;
    failpoint('journal-before-write');
    await writeDurably(file, text);
    failpoint('journal-after-write');
    saved = text;
  };
  return {
    state,
    // One after the other: an older state must not take the place of a newer one.
    save: () => {
      turn = turn.catch(() => undefined).then(write);
      return turn;
    },
  };
}

async function readState(file: string, log: Logger): Promise<JournalState> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return empty();
  try {
    // Only this program writes the file, whole or not at all; its schema number says in which shape.
    const parsed = JSON.parse(text) as JournalState;
    if (parsed.schema !== 1) throw new Error(`it has schema ${String(parsed.schema)}`);
    return withEverything({ ...empty(), ...parsed });
  } catch (error) {
    const aside = `${file}.damaged`;
    await rename(file, aside);
    log.error(
      { kept: aside, reason: error instanceof Error ? error.message : String(error) },
      'the journal cannot be read; the site begins anew',
    );
    return empty();
  }
}

const noSteps = { sameAs: null, progression: null } as const;

/** A journal of before rollouts had steps and analyses is taken over; what else it does not know is empty. */
function withEverything(state: JournalState): JournalState {
  const target = (each: RolloutTarget | null) => (each === null ? null : { ...noSteps, ...each });
  for (const record of Object.values(state.applications)) {
    record.analyses ??= [];
    const rollout = { ...idleRollout, ...record.rollout };
    record.rollout = { ...rollout, stable: target(rollout.stable), candidate: target(rollout.candidate) };
  }
  return state;
}
