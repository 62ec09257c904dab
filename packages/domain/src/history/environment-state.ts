import type { ApplicationId, BuildId } from '../identity/id.ts';

/** What an application is in an environment: a build, and the settings that it was given. */
export interface InForce {
  readonly build: BuildId;
  /** Hash of the settings that were pinned; null where an entry of long ago does not say. */
  readonly settings: string | null;
}

/** What an environment runs at one moment. */
export type EnvironmentState = ReadonlyMap<ApplicationId, InForce>;

/** One entry of history. `at` is in milliseconds since the epoch. */
export interface HistoryChange {
  readonly at: number;
  readonly application: ApplicationId;
  readonly kind: 'deployed' | 'configured' | 'removed' | 'failed' | 'returned';
  readonly before: InForce | null;
  readonly after: InForce | null;
}

/** What an environment ran at some moment, kept so that later moments need not begin at the start. */
export interface StateSnapshot {
  readonly at: number;
  readonly state: EnvironmentState;
}

/** What an application is once an entry was written: an operation that failed or returned left what was before. */
export function outcomeOf(change: HistoryChange): InForce | null {
  return change.kind === 'failed' || change.kind === 'returned' ? change.before : change.after;
}

/**
 * The state of an environment at a moment: that of the snapshot, with every entry after it up to the moment, which
 * counts itself. Entries come in the order in which they were written; those that the snapshot contains are left out.
 */
export function stateAt(input: {
  readonly snapshot: StateSnapshot | null;
  readonly changes: readonly HistoryChange[];
  readonly moment: number;
}): EnvironmentState {
  const { snapshot, moment } = input;
  if (snapshot !== null && snapshot.at > moment)
    throw new Error('a snapshot says nothing about the time before it was taken');
  const state = new Map(snapshot?.state);
  for (const change of input.changes) {
    if (change.at > moment || (snapshot !== null && change.at <= snapshot.at)) continue;
    const outcome = outcomeOf(change);
    if (outcome === null) state.delete(change.application);
    else state.set(change.application, outcome);
  }
  return state;
}
