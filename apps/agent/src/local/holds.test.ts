import { describe, expect, it } from 'vitest';
import type { JournalState } from '../journal/journal.ts';
import { anEmptyJournal, anOrder, aRecord } from '../journal/journal-for-tests.ts';
import { noteRolloutEnd } from '../journal/occurrences.ts';
import { actLocally, keptSpecs, type LocalAction, reportHold, waitingOrders, withHolds } from './holds.ts';

const now = new Date('2026-03-01T12:00:00.000Z');

/** A site on which versions of `shop` came to run one after the other. */
function aSiteWith(...labels: readonly string[]): JournalState {
  const state = anEmptyJournal();
  for (const label of labels) {
    const record = aRecord(anOrder(label));
    state.applications[record.id] = record;
    noteRolloutEnd(state, record, now);
  }
  return state;
}

const act = (state: JournalState, action: LocalAction, reason = '') =>
  actLocally(state, { action, application: 'shop', by: 'ana', reason }, now);
const labels = (state: JournalState, ...orders: ReturnType<typeof anOrder>[]) =>
  withHolds(orders, state.holds).map((each) => each.label);

describe('an application that is held at its site', () => {
  it('stays at what runs, whatever is ordered, until it is released', () => {
    const state = aSiteWith('1.0.0');
    act(state, 'pause');
    expect(labels(state, anOrder('1.1.0'))).toEqual(['1.0.0']);

    act(state, 'release');
    expect(labels(state, anOrder('1.1.0'))).toEqual(['1.1.0']);
  });

  it('stays when it should be removed', () => {
    const state = aSiteWith('1.0.0');
    act(state, 'pause');

    expect(labels(state)).toEqual(['1.0.0']);
  });

  it('goes back to the version before by an operation of its own', () => {
    const state = aSiteWith('1.0.0', '1.1.0');
    act(state, 'roll-back', 'orders were lost');

    expect(labels(state, anOrder('1.1.0'))).toEqual(['1.0.0']);
    expect(withHolds([], state.holds)[0]?.operation).toMatch(/^local-/);
    expect(keptSpecs(state).map((each) => each.label)).toEqual(['1.0.0', '1.0.0']);
  });

  it('holds up nothing else, and not what is only made ready', () => {
    const state = aSiteWith('1.0.0');
    act(state, 'pause');
    const other = {
      ...anOrder('7.0.0'),
      application: { ...anOrder('7').application, id: 'other' as never, name: 'other' },
    };

    expect(labels(state, other, { ...anOrder('1.1.0'), stageOnly: true })).toEqual(['7.0.0', '1.1.0', '1.0.0']);
  });

  it('is told to the server, with the orders that wait for it', () => {
    const state = aSiteWith('1.0.0');
    act(state, 'pause', 'looking at it');

    expect(reportHold(state.holds['shop-id'])).toEqual({
      kind: 'paused',
      by: 'ana',
      since: now.toISOString(),
      label: '1.0.0',
      reason: 'looking at it',
    });
    expect(waitingOrders([anOrder('1.0.0')], state.holds)).toEqual([]);
    expect(waitingOrders([anOrder('1.1.0')], state.holds)[0]?.message).toContain('ana keeps 1.0.0 here');
    expect(state.spool.items.at(-1)).toMatchObject({
      kind: 'application-paused',
      detail: 'kept at 1.0.0: looking at it',
      by: 'ana',
    });
  });

  it('that was rolled back and is paused stays rolled back', () => {
    const state = aSiteWith('1.0.0', '1.1.0');
    act(state, 'roll-back');
    act(state, 'pause');

    expect(labels(state, anOrder('1.1.0'))).toEqual(['1.0.0']);
  });

  it.each<[string, JournalState, LocalAction, RegExp]>([
    ['what does not run here', anEmptyJournal(), 'pause', /does not run on this site/],
    ['a release of what nobody holds', aSiteWith('1.0.0'), 'release', /nobody holds shop/],
    ['a way back that there is not', aSiteWith('1.0.0'), 'roll-back', /no other version of shop ran here/],
    [
      'a pause of what never ran well',
      { ...anEmptyJournal(), applications: { 'shop-id': { ...aRecord(anOrder('1')), specs: {} } } },
      'pause',
      /no version of shop runs well/,
    ],
  ])('is refused for %s', (_title, state, action, why) => {
    expect(() => act(state, action)).toThrow(why);
    expect(state.holds).toEqual({});
  });
});
