import type { AnalysisKey, ApplicationId, Rollout } from '@almanac/domain';
import type { Work } from '../kernel/kernel.ts';
import type { World } from '../world.ts';
import { writeDurably } from './disk.ts';
import type { Machine } from './machine.ts';
import type { DesiredApplication } from './messages.ts';

/** What the agent intended and did for one instance. */
export interface InstanceRecord {
  readonly id: string;
  readonly application: ApplicationId;
  readonly module: string;
  readonly operation: string;
  /** Whether it was started, as far as the agent knows. */
  started: boolean;
  startedAt: number;
  failures: number;
  draining: boolean;
  drainingSince: number;
  stopping: boolean;
}

export interface StepRecord {
  readonly step: 'migrate' | 'verify';
  readonly module: string;
  readonly operation: string;
  readonly id: string;
  state: 'waiting' | 'running' | 'succeeded' | 'failed';
  faults: number;
  readonly abandoned?: boolean;
  started: boolean;
  readonly startedAt: number;
}

/** An analysis that was begun; its verdict is there when it has measured long enough. */
export interface AnalysisRecord extends AnalysisKey {
  readonly endsAt: number;
}

export interface ApplicationRecord {
  readonly id: ApplicationId;
  readonly name: string;
  rollout: Rollout;
  readonly specs: Record<string, DesiredApplication>;
  steps: StepRecord[];
  analyses: AnalysisRecord[];
}

export interface JournalState {
  readonly applications: Record<string, ApplicationRecord>;
  instances: InstanceRecord[];
}

/** What a site must not forget. */
export interface Journal {
  readonly state: JournalState;
  /** Makes what is in memory durable; nothing is written when nothing changed. */
  readonly save: () => Work;
}

export const journalPath = 'journal.json';

/** Opens the journal of a site; one that cannot be read is told, and the site begins anew. */
export function openJournal(world: World, given: { readonly machine: Machine; readonly site: string }): Journal {
  const { machine, site } = given;
  const text = machine.disk.read(journalPath);
  if (!world.has('trust-the-cache')) machine.disk.syncDirectory();
  const state = readState(text);
  if (text !== undefined && state === undefined) world.story.tell(site, 'its journal cannot be read; it begins anew');
  let saved = text;
  const current = state ?? { applications: {}, instances: [] };
  const noteKept = () => {
    for (const record of Object.values(current.applications))
      for (const step of record.steps)
        if (step.state === 'succeeded' || step.state === 'failed') world.watch.stepKept(site, step.id);
  };
  noteKept();
  return {
    state: current,
    *save() {
      const content = JSON.stringify(current);
      if (content === saved) return;
      yield 1;
      yield* writeDurably(machine.disk, { path: journalPath, content, sync: !world.has('no-journal-sync') });
      saved = content;
      noteKept();
    },
  };
}

function readState(text: string | undefined): JournalState | undefined {
  if (text === undefined || text === '') return undefined;
  return JSON.parse(text) as JournalState;
}
