import { describe, expect, it } from 'vitest';
import { planInstances, restartPause } from './plan-instances.ts';
import type { ObservedInstance } from './rollout.ts';
import { anInstance } from './rollout-for-tests.ts';

const now = 100_000;
const plan = (wanted: Readonly<Record<string, number>>, instances: readonly ObservedInstance[]) =>
  planInstances(
    {
      desired: {
        modules: [
          {
            module: 'web',
            hold: false,
            preview: null,
            shares: Object.entries(wanted).map(([operation, count]) => ({ operation, instances: count, weight: 0 })),
          },
        ],
        baseline: null,
        steps: [],
        analyses: [],
      },
      instances,
      stopGrace: () => 10_000,
      startLimit: () => 40_000,
    },
    now,
  );

describe('the orders for instances', () => {
  it('start what is missing', () => {
    expect(plan({ new: 2 }, [anInstance('new')])).toEqual([{ kind: 'start', module: 'web', operation: 'new' }]);
  });

  it('do not count what leaves', () => {
    expect(plan({ new: 1 }, [anInstance('new', { state: 'draining', since: now, inFlight: 1 })])).toEqual([
      { kind: 'start', module: 'web', operation: 'new' },
    ]);
  });

  it('send away first what serves least, and of equals what came last', () => {
    const instances = [
      anInstance('new', { id: 'ready, older', since: 1 }),
      anInstance('new', { id: 'ready, younger', since: 2 }),
      anInstance('new', { id: 'starting', state: 'starting' }),
      anInstance('new', { id: 'exited', state: 'exited', since: now }),
    ];

    expect(plan({ new: 1 }, instances)).toEqual([
      { kind: 'remove', id: 'exited' },
      { kind: 'stop', id: 'starting' },
      { kind: 'drain', id: 'ready, younger' },
    ]);
  });

  it.each([
    ['has nothing in flight and is given nothing new', { inFlight: 0, since: now }, true],
    ['may be given new requests', { inFlight: null, since: now - 9999 }, false],
    ['may be given new requests longer than its grace', { inFlight: null, since: now - 10_000 }, true],
    ['has requests in flight', { inFlight: 3, since: now - 9999 }, false],
    ['has requests in flight longer than its grace', { inFlight: 3, since: now - 10_000 }, true],
  ])('stop an instance that drains when it %s: %o', (_title, other, stops) => {
    const draining = anInstance('old', { state: 'draining', ...other });

    expect(plan({}, [draining])).toEqual(stops ? [{ kind: 'stop', id: draining.id }] : []);
  });

  it.each([
    [0, 0],
    [1, 1000],
    [2, 2000],
    [6, 32_000],
    [7, 60_000],
    [500, 60_000],
  ])('start again what ended %i times in a row after %i ms', (failures, pause) => {
    const ended = (since: number) => plan({ new: 1 }, [anInstance('new', { state: 'exited', failures, since })]);

    expect(restartPause(failures)).toBe(pause);
    expect(ended(now - pause)).toEqual([{ kind: 'restart', id: 'new-1' }]);
    expect(ended(now - pause + 1)).toEqual([]);
  });

  it('begin anew what does not answer for long', () => {
    expect(plan({ new: 1 }, [anInstance('new', { state: 'unready', since: now - 15_000 })])).toEqual([
      { kind: 'recycle', id: 'new-1' },
    ]);
    expect(plan({ new: 1 }, [anInstance('new', { state: 'unready', since: now - 14_999 })])).toEqual([]);
  });

  it('begin anew what never gets ready, as after a restart that came to nothing', () => {
    const starting = (since: number) => [anInstance('new', { state: 'starting', since })];

    expect(plan({ new: 1 }, starting(now - 40_001))).toEqual([{ kind: 'recycle', id: 'new-1' }]);
    expect(plan({ new: 1 }, starting(now - 40_000))).toEqual([]);
  });

  it('are none when everything is as it should be', () => {
    expect(plan({ new: 1 }, [anInstance('new')])).toEqual([]);
  });
});
