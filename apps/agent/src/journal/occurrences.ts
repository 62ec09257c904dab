import type { Occurrence, Occurrences } from '@almanac/protocol';
import type { ApplicationRecord, JournalState, OccurrenceSpool } from './journal.ts';

/** So many wait for a server that is away; of more, the oldest go, which their numbers tell. */
const mostKept = 1000;
/** So many stay for people at the site once the server has them. */
const mostConfirmed = 50;
const mostAtOnce = 100;

export type NewOccurrence = Omit<Occurrence, 'number' | 'at'>;

/** Notes what came to pass; it is told once the journal is saved. */
export function noteOccurrence(spool: OccurrenceSpool, occurrence: NewOccurrence, now: Date): void {
  spool.items.push({
    ...occurrence,
    detail: occurrence.detail.slice(0, 500),
    by: occurrence.by.slice(0, 80),
    number: spool.next,
    at: now.toISOString(),
  });
  spool.next += 1;
  bound(spool);
}

/** What the server has not confirmed yet, oldest first; undefined when there is nothing. */
export function unconfirmed(spool: OccurrenceSpool): Occurrences | undefined {
  const items = spool.items.filter((each) => each.number > spool.confirmed).slice(0, mostAtOnce);
  return items.length === 0 ? undefined : { spool: spool.id, items };
}

/** The server has everything up to a number. What it says of another spool is of before the journal began anew. */
export function confirm(spool: OccurrenceSpool, kept: { readonly spool: string; readonly number: number }): void {
  if (kept.spool !== spool.id || kept.number >= spool.next) return;
  spool.confirmed = Math.max(spool.confirmed, kept.number);
  bound(spool);
}

function bound(spool: OccurrenceSpool): void {
  const confirmed = spool.items.filter((each) => each.number <= spool.confirmed).slice(-mostConfirmed);
  const waiting = spool.items.filter((each) => each.number > spool.confirmed).slice(-mostKept);
  spool.items = [...confirmed, ...waiting];
}

/**
 * Notes how the rollout of an application ended. It compares levels, so that it may be asked at any time: an agent that
 * died between the end and the note notes it after its start, and no end is noted twice.
 */
export function noteRolloutEnd(state: JournalState, record: ApplicationRecord, now: Date): void {
  const { rollout } = record;
  const versions = state.versions[record.id] ?? { stable: null, previous: null, failed: null };
  state.versions[record.id] = versions;
  const by = 'agent';
  if (rollout.failed !== null && rollout.failed.operation !== versions.failed) {
    versions.failed = rollout.failed.operation;
    const detail = `${labelOf(record, rollout.failed.operation)}: ${rollout.failed.reason}`;
    noteOccurrence(state.spool, { kind: 'rollout-failed', application: record.name, detail, by }, now);
    if (rollout.failed.operation === versions.stable?.operation) forgetOnTrial(versions, record);
  }
  const stable = rollout.stable === null ? undefined : record.specs[rollout.stable.operation];
  if (rollout.phase !== 'healthy' || stable === undefined || stable.operation === versions.stable?.operation) return;
  // The same version with other settings is no version to go back to.
  if (versions.stable !== null && versions.stable.build !== stable.build) versions.previous = versions.stable;
  versions.stable = stable;
  noteOccurrence(
    state.spool,
    { kind: 'rollout-succeeded', application: record.name, detail: `${stable.label} runs here`, by },
    now,
  );
}

/** What took over and failed on trial is nothing that ran well, nor one to go back to. */
function forgetOnTrial(versions: JournalState['versions'][string], record: ApplicationRecord): void {
  const before = record.specs[record.rollout.stable?.operation ?? ''] ?? null;
  versions.stable = before;
  if (versions.previous?.build === before?.build) versions.previous = null;
}

/** Notes an order that was not taken. Whoever sends it again and again does not push out everything else. */
export function noteRefusedOrder(spool: OccurrenceSpool, why: string, now: Date): void {
  if (spool.items.findLast((each) => each.kind === 'order-refused')?.detail === why) return;
  noteOccurrence(spool, { kind: 'order-refused', application: null, detail: why, by: 'agent' }, now);
}

/** Notes that an application is gone, and forgets what was known of it. */
export function noteRemoval(state: JournalState, record: ApplicationRecord, now: Date): void {
  delete state.versions[record.id];
  noteOccurrence(
    state.spool,
    { kind: 'application-removed', application: record.name, detail: 'it runs here no more', by: 'agent' },
    now,
  );
}

function labelOf(record: ApplicationRecord, operation: string): string {
  return record.specs[operation]?.label ?? 'a version that is gone';
}
