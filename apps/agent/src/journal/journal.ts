import { existsSync } from 'node:fs';
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { type Analysis, type AnalysisKey, idleRollout, type Rollout, type RolloutTarget } from '@almanac/domain';
import { failpoint, type ProcessIdentity, syncDirectory, writeDurably } from '@almanac/host';
import type { DesiredApplication } from '@almanac/protocol';
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
});

/** Opens the journal of a site; one that cannot be read is kept aside for people, and the site begins anew. */
export async function openJournal(input: { readonly directory: string; readonly log: Logger }): Promise<Journal> {
  const file = join(input.directory, 'journal.json');
  const state = await readState(file, input.log);
  // Whoever died right after the rename left a name that a power cut could still take back.
  if (existsSync(file)) await syncDirectory(input.directory);
  let saved = JSON.stringify(state);
  return {
    state,
    save: async () => {
      const text = JSON.stringify(state);
      if (text === saved) return;
      failpoint('journal-before-write');
      await writeDurably(file, text);
      failpoint('journal-after-write');
      saved = text;
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
    return withEverything(parsed);
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

/** A journal of before rollouts had steps and analyses is taken over. */
function withEverything(state: JournalState): JournalState {
  const target = (each: RolloutTarget | null) => (each === null ? null : { ...noSteps, ...each });
  for (const record of Object.values(state.applications)) {
    record.analyses ??= [];
    const rollout = { ...idleRollout, ...record.rollout };
    record.rollout = { ...rollout, stable: target(rollout.stable), candidate: target(rollout.candidate) };
  }
  return state;
}
