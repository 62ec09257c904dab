import { countRings, type RingCounts } from './count-rings.ts';
import { type Fleet, type FleetPolicy, hasBegun, type PlacedSite, type Ring, type RingProgress } from './fleet.ts';
import { judgeRing, type RingVerdict } from './judge-ring.ts';

export interface FleetNote {
  readonly level: 'info' | 'warning' | 'error';
  readonly message: string;
}

export interface AdvancedFleet {
  readonly fleet: Fleet;
  readonly notes: readonly FleetNote[];
  /** `done` when every ring passed; `stopped` when a ring failed just now, with what its policy asks for. */
  readonly outcome:
    | { readonly kind: 'done' }
    | { readonly kind: 'stopped'; readonly onError: Ring['onError']; readonly reason: string }
    | { readonly kind: 'under-way'; readonly waitsFor: string };
}

/**
 * Takes a change as far over the rings as its sites allow. A level: where nothing changed, the same fleet comes back.
 * Rings are taken one after the other, and one that passed stops the change all the same when its sites fail later.
 */
export function advanceFleet(
  fleet: Fleet,
  given: { readonly policy: FleetPolicy; readonly sites: readonly PlacedSite[] },
  now: number,
): AdvancedFleet {
  const counted = countRings(given.policy, given.sites);
  const rings = given.policy.rings.flatMap((ring, index): readonly RingNow[] => {
    const [progress, counts] = [fleet.rings[index], counted[index]];
    if (progress === undefined || counts === undefined) return [];
    return [{ ring, index, progress, counts, verdict: judgeRing(ring, progress, counts) }];
  });
  for (const each of rings) {
    if (isJudged(each.progress) && each.verdict.verdict === 'fails') return stop(fleet, each, each.verdict.reason, now);
  }
  return goOn(fleet, rings, now);
}

interface RingNow {
  readonly ring: Ring;
  readonly index: number;
  readonly progress: RingProgress;
  readonly counts: RingCounts;
  readonly verdict: RingVerdict;
}

/** A ring that stopped was judged; whoever continues lets it be judged anew. */
function isJudged(progress: RingProgress): boolean {
  return hasBegun(progress) && progress.state !== 'stopped';
}

function stop(fleet: Fleet, { ring, index, progress, counts }: RingNow, why: string, now: number): AdvancedFleet {
  const reason = `ring ${ring.name}: ${why}`;
  const stopped = replaced(fleet, index, { ...progress, state: 'stopped', since: now, failed: counts.failed });
  return {
    fleet: ring.onError === 'rollback-ring' ? returnFrom(stopped, index, now) : stopped,
    notes: [{ level: 'error', message: `${reason}; ${actionWords[ring.onError]}` }],
    outcome: { kind: 'stopped', onError: ring.onError, reason },
  };
}

const actionWords = {
  pause: 'no further site begins',
  'rollback-ring': 'its sites, and those of later rings, go back to what they ran before',
  'rollback-all': 'all sites go back to what they ran before',
} as const satisfies Record<Ring['onError'], string>;

/** Moves the first ring that has not passed, and whatever that lets begin. */
function goOn(fleet: Fleet, rings: readonly RingNow[], now: number): AdvancedFleet {
  const notes: FleetNote[] = [];
  let current = fleet;
  for (const each of rings) {
    const { ring, index } = each;
    for (;;) {
      const progress = current.rings[index];
      if (progress === undefined || progress.state === 'passed') break;
      const next = step({ ...each, progress }, now);
      if (next.progress === progress)
        return {
          fleet: current,
          notes,
          outcome: { kind: 'under-way', waitsFor: `ring ${ring.name}: ${next.waitsFor}` },
        };
      current = replaced(current, index, next.progress);
      notes.push({ level: 'info', message: `ring ${ring.name} ${stateWords[next.progress.state]}` });
    }
  }
  return { fleet: current, notes, outcome: { kind: 'done' } };
}

const stateWords = {
  waiting: 'waits',
  running: 'is under way',
  soaking: 'has it and soaks',
  passed: 'passed',
  stopped: 'stopped',
  returned: 'went back',
} as const satisfies Record<RingProgress['state'], string>;

function step(
  { ring, progress, counts, verdict }: RingNow,
  now: number,
): { readonly progress: RingProgress; readonly waitsFor: string } {
  const into = (state: RingProgress['state']) => ({ progress: { ...progress, state, since: now }, waitsFor: '' });
  switch (progress.state) {
    case 'waiting':
      return into('running');
    case 'running':
      if (verdict.verdict !== 'passes')
        return { progress, waitsFor: verdict.verdict === 'waits' ? verdict.for : verdict.reason };
      return into(ring.soak === 0 || counts.total === 0 ? 'passed' : 'soaking');
    case 'soaking': {
      // What does not last does not count: a ring that falls short while it soaks begins to soak anew.
      if (verdict.verdict !== 'passes') return into('running');
      const until = (progress.since ?? now) + ring.soak * 60_000;
      if (now >= until) return into('passed');
      return { progress, waitsFor: `it soaks for ${ring.soak} min` };
    }
    default:
      return { progress, waitsFor: 'somebody has to say how it goes on' };
  }
}

function replaced(fleet: Fleet, index: number, progress: RingProgress): Fleet {
  return { rings: fleet.rings.with(index, progress) };
}

/** Sends a ring back, and with it every later one that has begun: none may have what an earlier one has not. */
export function returnFrom(fleet: Fleet, index: number, now: number): Fleet {
  return {
    rings: fleet.rings.map((each, position) =>
      position >= index && hasBegun(each) ? { ...each, state: 'returned', since: now } : each,
    ),
  };
}

/** Lets a fleet that rests go on: failures up to here are accepted, and rings that went back are taken anew. */
export function resumeFleet(fleet: Fleet, now: number): Fleet {
  return {
    rings: fleet.rings.map((each) => {
      if (each.state === 'stopped') return { ...each, state: 'running', since: now, accepted: each.failed };
      if (each.state === 'returned') return { ...each, state: 'waiting', since: null, failed: 0, accepted: 0 };
      return each;
    }),
  };
}
