import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Rollout } from '@almanac/domain';
import { failpoint, type ProcessIdentity, writeDurably } from '@almanac/host';
import type { DesiredApplication } from '@almanac/protocol';
import type { Logger } from 'pino';

/** What the agent intended and did for one instance; `identity` is null between the intention and the deed. */
export interface InstanceRecord {
  readonly id: string;
  readonly application: string;
  readonly module: string;
  readonly operation: string;
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

export interface ApplicationRecord {
  readonly id: string;
  readonly name: string;
  rollout: Rollout;
  /** What operations asked for, as long as one of their instances may run. Secrets in it stay sealed. */
  readonly specs: Record<string, DesiredApplication>;
  steps: StepRecord[];
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
    return parsed;
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
