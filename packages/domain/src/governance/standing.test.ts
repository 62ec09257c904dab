import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BuildId } from '../identity/id.ts';
import type { Freeze } from './freeze.ts';
import { approvalsFor } from './gates.ts';
import { mayWaitFor, type Obstacle, type ObstacleCode } from './obstacle.ts';
import { combinePolicies, expeditedGates, holdsIn, openPolicy, type Policy } from './policy.ts';
import { earliestStart, standing } from './standing.ts';
import type { Candidate, GovernanceFacts, Subject } from './subject.ts';

const minute = 60_000;
const now = Temporal.Instant.from('2026-06-05T10:00:00Z').epochMilliseconds;
const build = 'build-1' as BuildId;

const aCandidate = (given: Partial<Candidate> = {}): Candidate => ({
  application: 'orders',
  build,
  label: '1.4.0',
  builtAt: now - 90 * minute,
  tests: { passed: 12, failed: 0 },
  soak: { longest: 90 * minute, runsSince: now - 90 * minute },
  ...given,
});
const aSubject = (given: Partial<Subject> = {}): Subject => ({
  authors: ['ada'],
  content: 'content-1',
  approvals: [],
  exemptions: [],
  confirmed: [],
  startAt: null,
  hotfix: false,
  candidates: [aCandidate()],
  findings: [],
  ...given,
});
const facts = (policy: Partial<Policy> = {}, given: Partial<GovernanceFacts> = {}): GovernanceFacts => ({
  environment: 'production',
  previous: 'quality',
  requirements: combinePolicies([{ ...openPolicy, ...policy }]),
  freezes: [],
  quarantines: [],
  ...given,
});
const aFreeze = (given: Partial<Freeze> = {}): Freeze => ({
  name: 'year-end',
  reason: 'the books are closed',
  by: 'grace',
  from: now - minute,
  until: now + 60 * minute,
  calendar: null,
  ...given,
});
const codes = (obstacles: readonly Obstacle[]) => obstacles.map((each) => each.code);
const approval = { by: 'hedy', role: 'approver', teams: ['release'], content: 'content-1' };
const rule = { name: 'release', count: 1, by: { kind: 'anyone' }, excludeRequester: true } as const;
const finding = {
  code: 'contract-missing',
  severity: 'error',
  application: 'orders',
  detail: 'no catalog',
  fix: null,
} as const;
const downgrade = {
  code: 'downgrade',
  severity: 'warning',
  application: 'orders',
  detail: 'goes back',
  fix: null,
} as const;
const fridayNight = { start: '2026-06-05T20:00', zone: 'Europe/Berlin', duration: 'PT4H', rule: 'FREQ=WEEKLY' };

describe('what stands in the way', () => {
  it.each<[says: string, Partial<Subject>, GovernanceFacts, readonly ObstacleCode[]]>([
    ['nothing, without a policy', { candidates: [aCandidate({ tests: null, soak: null, builtAt: now })] }, facts(), []],
    ['an error of the analysis', { findings: [finding] }, facts(), ['finding']],
    [
      'not one that was set aside for this content',
      { findings: [finding], exemptions: [{ subject: 'contract-missing orders', content: 'content-1' }] },
      facts(),
      [],
    ],
    [
      'but one that was set aside for other content',
      { findings: [finding], exemptions: [{ subject: 'contract-missing orders', content: 'content-0' }] },
      facts(),
      ['finding'],
    ],
    ['a step back that nobody confirmed', { findings: [downgrade] }, facts(), ['unconfirmed']],
    ['not one that is wanted', { findings: [downgrade], confirmed: ['downgrade'] }, facts(), []],
    ['missing tests', { candidates: [aCandidate({ tests: null })] }, facts({ tests: true }), ['tests-missing']],
    [
      'tests that ran nothing',
      { candidates: [aCandidate({ tests: { passed: 0, failed: 0 } })] },
      facts({ tests: true }),
      ['tests-missing'],
    ],
    [
      'failed tests',
      { candidates: [aCandidate({ tests: { passed: 3, failed: 1 } })] },
      facts({ tests: true }),
      ['tests-failed'],
    ],
    ['not tests that passed', {}, facts({ tests: true }), []],
    ['a young build', {}, facts({ minimumAge: 91 }), ['too-young']],
    ['not one that is just old enough', {}, facts({ minimumAge: 90 }), []],
    ['too little time in the environment before', {}, facts({ soak: 91 }), ['not-soaked']],
    ['not just enough of it', {}, facts({ soak: 90 }), []],
    ['no time there at all', { candidates: [aCandidate({ soak: null })] }, facts({ soak: 0 }), ['not-soaked']],
    [
      'not where no environment comes before',
      { candidates: [aCandidate({ soak: null })] },
      facts({ soak: 60 }, { previous: null }),
      [],
    ],
    ['a time that has not come', { startAt: now + 1 }, facts(), ['scheduled']],
    ['not one that has', { startAt: now }, facts(), []],
    ['a freeze', {}, facts({}, { freezes: [aFreeze()] }), ['frozen']],
    ['not one that begins in a millisecond', {}, facts({}, { freezes: [aFreeze({ from: now + 1 })] }), []],
    ['nor one that ends now', {}, facts({}, { freezes: [aFreeze({ until: now })] }), []],
    [
      'a freeze that recurs, while it does',
      {},
      facts({}, { freezes: [aFreeze({ calendar: { ...fridayNight, start: '2026-05-01T11:00' } })] }),
      ['frozen'],
    ],
    ['and not between', {}, facts({}, { freezes: [aFreeze({ calendar: fridayNight })] }), []],
    [
      'neither freeze nor window, with an exception',
      { exemptions: [{ subject: 'calendar', content: 'content-1' }] },
      facts({ windows: [fridayNight] }, { freezes: [aFreeze()] }),
      [],
    ],
    ['a closed window', {}, facts({ windows: [fridayNight] }), ['outside-window']],
    [
      'not an open one among others',
      {},
      facts({ windows: [fridayNight, { ...fridayNight, start: '2026-06-05T10:00' }] }),
      [],
    ],
    ['a missing approval', {}, facts({ approvals: [rule] }), ['approval-missing']],
    ['not one that was given', { approvals: [approval] }, facts({ approvals: [rule] }), []],
    [
      'one that was given to other content',
      { approvals: [{ ...approval, content: 'content-0' }] },
      facts({ approvals: [rule] }),
      ['approval-missing'],
    ],
    [
      'one of their own',
      { approvals: [{ ...approval, by: 'ada' }] },
      facts({ approvals: [rule] }),
      ['approval-missing'],
    ],
    [
      'not one of their own where that is allowed',
      { approvals: [{ ...approval, by: 'ada' }] },
      facts({ approvals: [{ ...rule, excludeRequester: false }] }),
      [],
    ],
    [
      'a second one that the same person gave',
      { approvals: [approval, approval] },
      facts({ approvals: [{ ...rule, count: 2 }] }),
      ['approval-missing'],
    ],
    [
      'one of another role',
      { approvals: [approval] },
      facts({ approvals: [{ ...rule, by: { kind: 'role', role: 'administrator' } }] }),
      ['approval-missing'],
    ],
    [
      'one of another team',
      { approvals: [approval] },
      facts({ approvals: [{ ...rule, by: { kind: 'team', team: 'security' } }] }),
      ['approval-missing'],
    ],
    [
      'not one of the right team',
      { approvals: [approval] },
      facts({ approvals: [{ ...rule, by: { kind: 'team', team: 'release' } }] }),
      [],
    ],
    ['quarantine', {}, facts({}, { quarantines: [{ build, reason: 'loses orders', by: 'grace' }] }), ['quarantined']],
    [
      'quarantine alone, for a hotfix that skips all else',
      { hotfix: true },
      facts(
        { approvals: [rule], windows: [fridayNight], soak: 1000, minimumAge: 1000, expedited: expeditedGates },
        { freezes: [aFreeze()], quarantines: [{ build, reason: 'loses orders', by: 'grace' }] },
      ),
      ['quarantined'],
    ],
    [
      'everything at once',
      {
        startAt: now + 1,
        findings: [finding, downgrade],
        candidates: [aCandidate({ tests: null, soak: null, builtAt: now })],
      },
      facts(
        { approvals: [rule], windows: [fridayNight], soak: 1, minimumAge: 1, tests: true },
        { freezes: [aFreeze()], quarantines: [{ build, reason: 'bad', by: 'grace' }] },
      ),
      [
        'quarantined',
        'finding',
        'unconfirmed',
        'tests-missing',
        'frozen',
        'approval-missing',
        'outside-window',
        'scheduled',
        'too-young',
        'not-soaked',
      ],
    ],
  ])('%s', (_, subject, given, expected) => {
    const obstacles = standing(aSubject(subject), given, now);

    expect(codes(obstacles)).toEqual(expected);
    for (const each of obstacles) {
      expect(each.detail).not.toBe('');
      expect(each.owner).not.toBe('');
      expect(each.action).not.toBe('');
    }
  });

  it('passes by itself at the first moment at which every gate is open', () => {
    const given = facts(
      { minimumAge: 180, windows: [fridayNight] },
      { freezes: [aFreeze({ until: now + 9 * 60 * minute })] },
    );

    const earliest = earliestStart(aSubject({ startAt: now + 10 * minute }), given, now);

    // The freeze ends at 19:00, the window opens at 20:00 in Berlin, which is 18:00 UTC, and closes at 22:00 UTC.
    expect(earliest).toBe(Temporal.Instant.from('2026-06-05T19:00:00Z').epochMilliseconds);
    expect(earliestStart(aSubject(), facts({ approvals: [rule] }), now)).toBeNull();
    expect(earliestStart(aSubject(), facts({}, { freezes: [aFreeze({ until: null })] }), now)).toBeNull();
  });

  const subjects = fc.record({
    builtAt: fc.integer({ min: now - 300 * minute, max: now }),
    startAt: fc.option(fc.integer({ min: now, max: now + 300 * minute })),
    soaking: fc.option(fc.integer({ min: now - 300 * minute, max: now })),
  });
  const policies = fc.record({
    minimumAge: fc.option(fc.integer({ min: 0, max: 600 })),
    soak: fc.option(fc.integer({ min: 0, max: 600 })),
    windows: fc.subarray([fridayNight, { ...fridayNight, rule: 'FREQ=DAILY', duration: 'PT30M' }]),
    until: fc.integer({ min: now, max: now + 3000 * minute }),
  });

  it('is nothing at the time that was told, whatever the gates are', () => {
    fc.assert(
      fc.property(subjects, policies, ({ builtAt, startAt, soaking }, { until, ...policy }) => {
        const soak = soaking === null ? null : { longest: now - soaking, runsSince: soaking };
        const given = facts(policy, { freezes: [aFreeze({ until })] });
        const at = earliestStart(aSubject({ startAt, candidates: [aCandidate({ builtAt, soak })] }), given, now);
        if (at === null) {
          expect(policy.soak).not.toBeNull();
          expect(soak).toBeNull();
          return;
        }
        const then = aCandidate({ builtAt, soak });

        expect(codes(standing(aSubject({ startAt, candidates: [then] }), given, at))).toEqual([]);
      }),
    );
  });

  it('more policies never ask for less', () => {
    const policy = policies.map(({ until: _, ...rest }): Policy => ({ ...openPolicy, ...rest }));
    fc.assert(
      fc.property(fc.array(policy, { maxLength: 3 }), policy, (some, more) => {
        const few = codes(standing(aSubject(), { ...facts(), requirements: combinePolicies(some) }, now));
        const many = codes(standing(aSubject(), { ...facts(), requirements: combinePolicies([...some, more]) }, now));

        expect(many).toEqual(expect.arrayContaining(few));
      }),
    );
  });

  it.each([
    [[], null],
    [['continue'], 'continue'],
    [['continue', 'stop'], 'stop'],
    [['stop', null, 'return'], 'return'],
  ] as const)('of the failure policies %j the one holds that leaves least behind', (asked, holds) => {
    const policies = asked.map((failurePolicy): Policy => ({ ...openPolicy, failurePolicy }));

    expect(combinePolicies(policies).failurePolicy).toBe(holds);
  });

  it('quarantine is never waited away, and never set aside', () => {
    const held = facts({ expedited: expeditedGates }, { quarantines: [{ build, reason: 'bad', by: 'grace' }] });
    const exempt = aSubject({ hotfix: true, exemptions: [{ subject: 'quarantined orders', content: 'content-1' }] });

    const obstacles = standing(exempt, held, now);

    expect(codes(obstacles)).toEqual(['quarantined']);
    expect(obstacles.some(mayWaitFor)).toBe(false);
    expect(earliestStart(exempt, held, now)).toBeNull();
  });
});

describe('a scope', () => {
  it.each([
    [{ kind: 'estate' }, true],
    [{ kind: 'environment', environment: 'production' }, true],
    [{ kind: 'environment', environment: 'quality' }, false],
    [{ kind: 'path', environment: 'quality' }, true],
    [{ kind: 'path', environment: 'production' }, true],
    [{ kind: 'path', environment: 'europe' }, false],
  ] as const)('%j holds in production, after quality and development: %s', (scope, expected) => {
    expect(holdsIn(scope, ['production', 'quality', 'development'])).toBe(expected);
  });

  it('counts one approval for each person', () => {
    const subject = aSubject({ approvals: [approval, { ...approval, by: 'grace' }, approval] });

    expect(approvalsFor(rule, subject).map((each) => each.by)).toEqual(['hedy', 'grace']);
  });
});
