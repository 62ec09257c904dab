import type { Occurrences } from '@almanac/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JournalState, OccurrenceSpool } from './journal.ts';
import { anEmptyJournal, anOrder, aRecord } from './journal-for-tests.ts';
import { confirm, noteOccurrence, noteRefusedOrder, noteRemoval, noteRolloutEnd, unconfirmed } from './occurrences.ts';

const now = new Date('2026-03-01T12:00:00.000Z');
const note = (spool: OccurrenceSpool, detail: string) =>
  noteOccurrence(spool, { kind: 'rollout-succeeded', application: 'shop', detail, by: 'agent' }, now);
const details = (state: JournalState) => state.spool.items.map((each) => `${each.kind}: ${each.detail}`);

describe('what came to pass on a site', () => {
  it('reaches the server in its order and once, whatever is lost, repeated or killed', () => {
    const event = fc.constantFrom('note', 'tell', 'tell, and lose the answer', 'die');
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        let disk = JSON.stringify(anEmptyJournal().spool);
        let spool: OccurrenceSpool = JSON.parse(disk);
        let noted = 0;
        const durable: string[] = [];
        const server = new Map<string, string>();
        const save = () => {
          disk = JSON.stringify(spool);
          durable.splice(0, durable.length, ...Array.from({ length: noted }, (_, index) => String(index)));
        };
        const keep = (told: Occurrences) => {
          for (const each of told.items) {
            const key = `${told.spool} ${each.number}`;
            if (!server.has(key)) server.set(key, each.detail);
          }
          return { spool: told.spool, number: told.items.at(-1)?.number ?? 0 };
        };
        const tell = (isAnswered: boolean) => {
          save();
          const told = unconfirmed(spool);
          const kept = told === undefined ? undefined : keep(told);
          if (isAnswered && kept !== undefined) confirm(spool, kept);
        };
        for (const each of events) {
          if (each === 'note') {
            note(spool, String(noted));
            noted += 1;
          } else if (each === 'die') {
            spool = JSON.parse(disk);
            noted = durable.length;
          } else tell(each === 'tell');
        }
        tell(true);

        expect([...server.values()]).toEqual(durable);
        expect(unconfirmed(spool)).toBeUndefined();
      }),
    );
  });

  it('waits within bounds for a server that is away: the oldest go, and their numbers tell', () => {
    const { spool } = anEmptyJournal();
    for (let index = 0; index < 1500; index += 1) note(spool, String(index));

    expect(spool.items).toHaveLength(1000);
    expect(unconfirmed(spool)?.items[0]).toMatchObject({ number: 501, detail: '500' });
    expect(unconfirmed(spool)?.items).toHaveLength(100);
  });

  it('stays for people at the site for a while once the server has it', () => {
    const { spool } = anEmptyJournal();
    for (let index = 0; index < 80; index += 1) note(spool, String(index));
    confirm(spool, { spool: spool.id, number: 80 });

    expect(spool.items).toHaveLength(50);
    expect(unconfirmed(spool)).toBeUndefined();
  });

  it('is not confirmed by what the server says of another spool, or of what was never told', () => {
    const { spool } = anEmptyJournal();
    note(spool, 'first');
    confirm(spool, { spool: 'another', number: 1 });
    confirm(spool, { spool: spool.id, number: 7 });

    expect(unconfirmed(spool)?.items).toHaveLength(1);
  });

  it('is not pushed out by an order that is forged again and again', () => {
    const { spool } = anEmptyJournal();
    for (let index = 0; index < 5; index += 1) noteRefusedOrder(spool, 'not signed', now);
    noteRefusedOrder(spool, 'too old', now);

    expect(spool.items.map((each) => each.detail)).toEqual(['not signed', 'too old']);
  });
});

describe('the end of a rollout', () => {
  it('is noted once, however often it is looked at', () => {
    const state = anEmptyJournal();
    const record = aRecord(anOrder('1.0.0'));
    for (let look = 0; look < 3; look += 1) noteRolloutEnd(state, record, now);

    expect(details(state)).toEqual(['rollout-succeeded: 1.0.0 runs here']);
  });

  it('is not noted before it is there', () => {
    const state = anEmptyJournal();
    noteRolloutEnd(state, aRecord(anOrder('1.0.0'), 'progressing'), now);

    expect(details(state)).toEqual([]);
  });

  it('is noted with its reason where it failed', () => {
    const state = anEmptyJournal();
    const record = aRecord(anOrder('1.0.0'), 'failed');
    record.specs['next'] = anOrder('1.1.0', 'next');
    record.rollout = { ...record.rollout, failed: { operation: 'next', reason: 'it crashed' } };
    noteRolloutEnd(state, record, now);
    noteRolloutEnd(state, record, now);

    expect(details(state)).toEqual(['rollout-failed: 1.1.0: it crashed']);
  });

  it('keeps the version before, which is not the same one with other settings', () => {
    const state = anEmptyJournal();
    noteRolloutEnd(state, aRecord(anOrder('1.0.0')), now);
    noteRolloutEnd(state, aRecord(anOrder('1.1.0')), now);
    noteRolloutEnd(state, aRecord(anOrder('1.1.0', 'configured')), now);

    expect(state.versions['shop-id']).toMatchObject({
      stable: { label: '1.1.0', operation: 'configured' },
      previous: { label: '1.0.0' },
    });
  });

  it('that took over and failed on trial leaves what was gone back to as the version that runs', () => {
    const state = anEmptyJournal();
    noteRolloutEnd(state, aRecord(anOrder('1.0.0')), now);
    noteRolloutEnd(state, aRecord(anOrder('1.1.0')), now);
    const back = aRecord(anOrder('1.0.0'), 'failed');
    back.specs['operation of 1.1.0'] = anOrder('1.1.0');
    back.rollout = { ...back.rollout, failed: { operation: 'operation of 1.1.0', reason: 'it crashed' } };
    noteRolloutEnd(state, back, now);

    expect(state.versions['shop-id']).toMatchObject({ stable: { label: '1.0.0' }, previous: null });
    expect(details(state).slice(1)).toEqual([
      'rollout-succeeded: 1.1.0 runs here',
      'rollout-failed: 1.1.0: it crashed',
    ]);
  });

  it('of an application that goes takes what was known of it', () => {
    const state = anEmptyJournal();
    noteRolloutEnd(state, aRecord(anOrder('1.0.0')), now);
    noteRemoval(state, aRecord(anOrder('1.0.0')), now);

    expect(state.versions).toEqual({});
    expect(details(state).at(-1)).toBe('application-removed: it runs here no more');
  });
});
