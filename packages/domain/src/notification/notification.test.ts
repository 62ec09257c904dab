import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ApplicationId, EnvironmentId } from '../identity/id.ts';
import { planStates } from '../plan/plan.ts';
import { type AttemptOutcome, decideDelivery, pauseAfter, retryPauses } from './decide-delivery.ts';
import { isWanted, type NotificationFilter } from './notification-filter.ts';
import { kindOfBuild, kindOfPlan, notificationKinds } from './notification-kinds.ts';
import { type Level, observeLevel } from './observe-level.ts';

// Any text serves as a key here.
const [quality, production] = ['q', 'p'] as EnvironmentId[];
const [orders, catalog] = ['o', 'c'] as ApplicationId[];
const everything: NotificationFilter = { events: [], environments: [], applications: [] };
const failed: AttemptOutcome = { kind: 'failed', retryAfterSeconds: null, gone: false };
const hour = 3_600_000;

describe('the kinds of notifications', () => {
  it.each([
    [{ was: undefined, state: 'draft' }, 'plan-created'],
    [{ was: 'draft', state: 'queued' }, 'plan-queued'],
    [{ was: 'deploying', state: 'succeeded' }, 'plan-succeeded'],
    [{ was: 'deploying', state: 'deploying' }, undefined],
    [{ was: 'draft', state: 'something of a newer server' }, undefined],
  ])('tell the change %j of a plan as %s', (change, kind) => {
    expect(kindOfPlan(change)).toBe(kind);
  });

  it('name every state of a plan once', () => {
    expect(notificationKinds.filter((kind) => kind.startsWith('plan-'))).toHaveLength(planStates.length);
    expect(new Set(notificationKinds).size).toBe(notificationKinds.length);
  });

  it.each([
    ['succeeded', 'build-succeeded'],
    ['errored', 'build-errored'],
    ['running', undefined],
  ])('tell a build that is %s as %s', (state, kind) => {
    expect(kindOfBuild(state)).toBe(kind);
  });
});

describe('a filter', () => {
  const failure = {
    kind: 'plan-failed',
    environment: production ?? null,
    applications: [orders].flatMap((a) => a ?? []),
  };
  const build = { kind: 'build-failed', environment: null, applications: failure.applications };

  it.each<[string, Partial<NotificationFilter>, boolean]>([
    ['that names nothing', {}, true],
    ['by the kind', { events: ['plan-failed'] }, true],
    ['by the noun', { events: ['build-*', 'plan-*'] }, true],
    ['by another noun', { events: ['build-*'] }, false],
    ['by a part of a word', { events: ['plan-f-*'] }, false],
    ['by the environment', { environments: [production as EnvironmentId] }, true],
    ['by another environment', { environments: [quality as EnvironmentId] }, false],
    ['by the application', { applications: [catalog as ApplicationId, orders as ApplicationId] }, true],
    ['by another application', { applications: [catalog as ApplicationId] }, false],
    ['of which one part differs', { events: ['plan-*'], environments: [quality as EnvironmentId] }, false],
  ])('%s', (_, part, wanted) => {
    expect(isWanted({ ...everything, ...part }, failure)).toBe(wanted);
  });

  it('by environment wants nothing that belongs to none', () => {
    expect(isWanted({ ...everything, environments: [production as EnvironmentId] }, build)).toBe(false);
  });
});

describe('what follows from an attempt', () => {
  const attempt = (given: Partial<Parameters<typeof decideDelivery>[0]> = {}) =>
    decideDelivery({
      tries: 1,
      outcome: failed,
      health: { failures: 0, failingSince: null },
      now: 10 * hour,
      random: 0.5,
      ...given,
    });

  it('is nothing more after a success, which also mends the receiver', () => {
    const decision = attempt({
      outcome: { kind: 'delivered' },
      tries: 4,
      health: { failures: 9, failingSince: 1 },
    });

    expect(decision).toEqual({
      delivery: { state: 'delivered' },
      health: { failures: 0, failingSince: null },
      pause: null,
    });
  });

  it('is another attempt after a longer pause each time', () => {
    const pauses = retryPauses.map((_, index) => {
      const { delivery } = attempt({ tries: index + 1 });
      return delivery.state === 'pending' ? (delivery.dueAt - 10 * hour) / 1000 : -1;
    });

    expect(pauses).toEqual([...retryPauses]);
  });

  it('is no further attempt after the last one, and a pause of the receiver', () => {
    const decision = attempt({ tries: retryPauses.length + 1 });

    expect(decision.delivery).toEqual({ state: 'given-up' });
    expect(decision.pause).toContain('10 attempts');
  });

  it.each([
    ['few failures over a long time', { failures: 3, failingSince: 0 }, false],
    ['many failures in a minute', { failures: 500, failingSince: 10 * hour - 60_000 }, false],
    ['many failures over a long time', { failures: 4, failingSince: 9 * hour }, true],
  ])('pauses the receiver or not after %s', (_, health, paused) => {
    expect(attempt({ health }).pause !== null).toBe(paused);
  });

  it('pauses at once a receiver that is gone', () => {
    expect(attempt({ outcome: { ...failed, gone: true } }).pause).toContain('410');
  });

  it.each([
    [60, 60],
    [2, 5],
    [1_000_000, 3600],
  ])('waits as long as the receiver asks, within reason: %s s asked', (asked, waited) => {
    const { delivery } = attempt({ outcome: { ...failed, retryAfterSeconds: asked } });

    expect(delivery).toEqual({ state: 'pending', dueAt: 10 * hour + waited * 1000 });
  });

  it('always ends: a receiver that never answers is paused, whatever the clock and chance', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 12, maxLength: 12 }),
        (chances) => {
          let now = 0;
          let health = { failures: 0, failingSince: null as number | null };
          for (const [index, random] of chances.entries()) {
            const decision = attempt({ tries: index + 1, health, now, random });
            if (decision.pause !== null) {
              expect(now >= pauseAfter.milliseconds || decision.delivery.state === 'given-up').toBe(true);
              return;
            }
            expect(decision.delivery.state).toBe('pending');
            if (decision.delivery.state === 'pending') {
              expect(decision.delivery.dueAt).toBeGreaterThan(now);
              now = decision.delivery.dueAt;
            }
            health = decision.health;
          }
          throw new Error('it was never paused');
        },
      ),
    );
  });
});

describe('a level', () => {
  const observe = (known: Level | null, seen: string, now: number) =>
    observeLevel({ known, seen, well: 'healthy', now, patience: 10 });

  it('that is well from the beginning is not told', () => {
    expect(observe(null, 'healthy', 0)).toEqual({
      level: { told: 'healthy', seen: 'healthy', seenSince: 0 },
      tell: false,
    });
  });

  it('is told once, after it was seen for long enough', () => {
    const first = observe(null, 'failed', 100);
    const early = observe(first.level, 'failed', 109);
    const due = observe(early.level, 'failed', 110);
    const after = observe(due.level, 'failed', 500);

    expect([first, early, due, after].map((each) => each.tell)).toEqual([false, false, true, false]);
  });

  it('that flickers is not told', () => {
    const seen = ['failed', 'healthy', 'failed', 'healthy', 'failed'];
    let known: Level | null = null;
    const told = seen.map((each, index) => {
      const step = observe(known, each, index * 9);
      known = step.level;
      return step.tell;
    });

    expect(told).not.toContain(true);
  });

  it('tells only changes: two neighbours in what is told never are the same', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('healthy', 'failed', 'degraded'), fc.nat({ max: 30 })), { maxLength: 60 }),
        (steps) => {
          let known: Level | null = null;
          let now = 0;
          const told = ['healthy'];
          for (const [seen, pause] of steps) {
            now += pause;
            const step = observe(known, seen, now);
            known = step.level;
            if (step.tell) told.push(seen);
          }
          expect(told.every((each, index) => index === 0 || each !== told[index - 1])).toBe(true);
        },
      ),
    );
  });
});
