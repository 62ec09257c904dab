import { randomUUID } from 'node:crypto';
import type { DesiredApplication, ReportedApplication } from '@almanac/protocol';
import type { ApplicationRecord, Hold, JournalState } from '../journal/journal.ts';
import { noteOccurrence } from '../journal/occurrences.ts';

/** What people at a site may do with one of its applications. */
export const localActions = ['pause', 'roll-back', 'release'] as const;
export type LocalAction = (typeof localActions)[number];

/** It cannot be done, with what would have to be otherwise. */
export class ActionRefused extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'ActionRefused';
  }
}

/** What the site goes by: the orders of the server, but for what somebody holds here. */
export function withHolds(
  orders: readonly DesiredApplication[],
  holds: Readonly<Record<string, Hold>>,
): readonly DesiredApplication[] {
  const held = Object.values(holds).map((each) => ({ ...each.spec, stageOnly: false }));
  // What is only to be made ready changes nothing that runs, and goes on.
  const free = orders.filter((each) => each.stageOnly || holds[each.application.id] === undefined);
  return [...free, ...held];
}

/** Orders that wait because somebody holds their application at the site; the server is told so of each. */
export function waitingOrders(
  orders: readonly DesiredApplication[],
  holds: Readonly<Record<string, Hold>>,
): readonly { readonly order: DesiredApplication; readonly message: string }[] {
  return orders.flatMap((order) => {
    const hold = holds[order.application.id];
    if (hold === undefined || order.stageOnly || hold.spec.operation === order.operation) return [];
    return [
      { order, message: `waits: ${hold.by} keeps ${hold.spec.label} here since ${hold.since}; release it at the site` },
    ];
  });
}

/** A hold as the server is told of it. */
export function reportHold(hold: Hold | undefined): ReportedApplication['hold'] {
  if (hold === undefined) return null;
  const { kind, by, since, reason, spec } = hold;
  return { kind, by, since, reason, label: spec.label };
}

/**
 * Does to an application what somebody at the site asks for; the next pass acts on it, and the server is told.
 *
 * @throws {ActionRefused} where there is nothing to do it with
 */
export function actLocally(
  state: JournalState,
  request: { readonly action: LocalAction; readonly application: string; readonly by: string; readonly reason: string },
  now: Date,
): void {
  const record = Object.values(state.applications).find((each) => each.name === request.application);
  if (record === undefined) throw new ActionRefused(`${request.application} does not run on this site`);
  const hold = state.holds[record.id];
  const note = (kind: 'application-paused' | 'application-rolled-back' | 'application-released', what: string) =>
    noteOccurrence(
      state.spool,
      {
        kind,
        application: record.name,
        detail: request.reason === '' ? what : `${what}: ${request.reason}`,
        by: request.by,
      },
      now,
    );
  if (request.action === 'release') {
    if (hold === undefined) throw new ActionRefused(`nobody holds ${record.name} here`);
    delete state.holds[record.id];
    note('application-released', `no longer kept at ${hold.spec.label}`);
    return;
  }
  const rollsBack = request.action === 'roll-back';
  const spec = rollsBack ? specBefore(state, record) : specThatRuns(state, record);
  const kind = rollsBack ? 'rolled-back' : 'paused';
  state.holds[record.id] = { kind, by: request.by, since: now.toISOString(), reason: request.reason, spec };
  note(
    rollsBack ? 'application-rolled-back' : 'application-paused',
    `${rollsBack ? 'back to' : 'kept at'} ${spec.label}`,
  );
}

/** What runs well, or is held already: a rollout that is under way goes back to it. */
function specThatRuns(state: JournalState, record: ApplicationRecord): DesiredApplication {
  const { stable } = record.rollout;
  const spec = stable === null ? undefined : record.specs[stable.operation];
  if (spec === undefined)
    throw new ActionRefused(`no version of ${record.name} runs well here that it could be kept at`);
  return state.holds[record.id]?.spec ?? spec;
}

/** The version before, as an operation of its own: one that was tried and failed is not tried again by its old name. */
function specBefore(state: JournalState, record: ApplicationRecord): DesiredApplication {
  const previous = state.versions[record.id]?.previous ?? undefined;
  if (previous === undefined)
    throw new ActionRefused(`no other version of ${record.name} ran here that it could go back to`);
  return { ...previous, operation: `local-${randomUUID()}` };
}

/** What must stay on the disk besides what is ordered and what runs. */
export function keptSpecs(state: JournalState): readonly DesiredApplication[] {
  return [
    ...Object.values(state.holds).map((each) => each.spec),
    ...Object.values(state.versions).flatMap((each) => each.previous ?? []),
  ];
}
