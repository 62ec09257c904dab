import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayWaitFor, type Obstacle } from '../governance/obstacle.ts';
import type { ApplicationId, BuildId, OperationId, PlanId } from '../identity/id.ts';
import { DomainError } from '../refusal/refusal.ts';
import { advancePlan, targetsOf, touchedBy } from './advance.ts';
import {
  decideAbort,
  decideCancel,
  decideContinue,
  decideEdit,
  decidePause,
  decideReject,
  decideSchedule,
  decideStart,
} from './decide.ts';
import {
  type FailurePolicy,
  type GateObservation,
  hasBegun,
  isAtGates,
  isTerminal,
  isUnderWay,
  mayPause,
  type Plan,
  type PlanCourse,
  type PlanObservation,
  type PlanOperation,
  type PlanState,
  planTransitions,
  type SiteProgress,
  type Target,
} from './plan.ts';
import { anOperation, aPlan, applicationId, aTarget } from './plan-for-tests.ts';

/** How many sequences are drawn; `ALMANAC_SEQUENCES=50000` for the long run. */
const usualSequences = 500;
const sequences = Number(process.env['ALMANAC_SEQUENCES'] ?? usualSequences);

const applications = ['a', 'b', 'c', 'd'].map(applicationId);
const sites = ['one', 'two'] as const;

/** What one site runs of one application, and what it keeps ready beside it. */
interface Place {
  online: boolean;
  runs: { operation: string; phase: string } | null;
  stages: { operation: string; phase: string } | null;
}

/** What policy asks for. */
interface Rules {
  readonly approval: boolean;
  readonly twoStep: boolean;
  readonly whileFrozen: 'finish' | 'stop';
  readonly parallel: number | null;
}

/** An environment as the engine sees it: plans, targets, and sites that act late, fail, and come and go. */
interface World {
  now: number;
  readonly rules: Rules;
  readonly plans: Plan[];
  readonly targets: Map<ApplicationId, Target>;
  readonly staged: Map<ApplicationId, Target>;
  readonly places: Map<string, Place>;
  /** How often the settings of each application were changed. */
  readonly settings: Map<ApplicationId, number>;
  /** Applications in which the analysis finds an error. */
  readonly broken: Set<ApplicationId>;
  readonly quarantined: Set<BuildId>;
  readonly approvals: Map<PlanId, { readonly by: string; readonly content: string }[]>;
  frozen: boolean;
  /** What each plan that has begun began with: nothing else may run. */
  readonly begun: Map<PlanId, { readonly content: string; readonly after: ReadonlyMap<ApplicationId, string | null> }>;
  /** Builds that no site can stage, or can bring up. */
  readonly unstageable: Set<BuildId>;
  readonly unfit: Set<BuildId>;
}

const placeKey = (site: string, application: ApplicationId) => `${site}/${application}`;

/** What a plan would be if it were analysed now: builds as chosen, settings as they are, and what is there already. */
function analyse(world: World, plan: Plan): GateObservation['analysed'] {
  const operations = plan.operations.map((each): PlanOperation => {
    const revision = world.settings.get(each.application) ?? 0;
    const after =
      each.after === null
        ? null
        : { ...each.after, operation: `${each.id}:${each.after.build}:${revision}`, settingsHash: String(revision) };
    return { ...each, before: world.targets.get(each.application) ?? null, after };
  });
  const around = [...touchedBy(plan)].map((each) => [
    each,
    world.targets.get(each)?.operation,
    world.settings.get(each),
  ]);
  const content = JSON.stringify([operations.map((each) => [each.application, each.after?.operation]), around]);
  return { content, operations, neighbours: plan.neighbours };
}

function isApproved(world: World, plan: Plan, content: string): boolean {
  const given = world.approvals.get(plan.id) ?? [];
  return given.some((each) => each.content === content && !plan.authors.includes(each.by));
}

function obstaclesOf(world: World, plan: Plan, content: string): readonly Obstacle[] {
  const found: Obstacle['code'][] = [];
  if (plan.operations.some((each) => each.after !== null && world.quarantined.has(each.after.build)))
    found.push('quarantined');
  if (touchedBy(plan).some((each) => world.broken.has(each))) found.push('finding');
  if (world.frozen) found.push('frozen');
  if (plan.startAt !== null && plan.startAt > world.now) found.push('scheduled');
  if (world.rules.approval && !isApproved(world, plan, content)) found.push('approval-missing');
  return found.map((code) => ({ code, application: null, detail: code, owner: '', action: '', earliest: null }));
}

function gatesOf(world: World, plan: Plan): GateObservation {
  const runs = isUnderWay(plan.state) && plan.state !== 'staged';
  const { content, operations, neighbours } = plan;
  const analysed = runs ? { content, operations, neighbours } : analyse(world, plan);
  const course: PlanCourse = { ...world.rules, stagedFor: 60, rings: null };
  return {
    analysed,
    obstacles: runs ? [] : obstaclesOf(world, plan, analysed.content),
    course,
    frozen: world.frozen ? 'a freeze' : null,
    quarantined: world.quarantined,
  };
}

function progressOf(world: World): readonly SiteProgress[] {
  return sites.flatMap((name) =>
    applications.map((application) => {
      const place = world.places.get(placeKey(name, application)) ?? { online: true, runs: null, stages: null };
      const reports = [place.runs, place.stages].flatMap((each) => (each === null ? [] : [{ ...each, message: null }]));
      return {
        site: name as SiteProgress['site'],
        name,
        online: place.online,
        inStep: true,
        labels: {},
        application,
        ring: null,
        reports,
      };
    }),
  );
}

function observe(world: World, plan: Plan): PlanObservation {
  const own = new Set(plan.operations.map((each) => each.application));
  return {
    gates: gatesOf(world, plan),
    sites: progressOf(world).filter((each) => own.has(each.application)),
    targets: new Map(world.targets),
    active: world.plans
      .filter((each) => each !== plan && isUnderWay(each.state))
      .map((each) => ({
        number: each.number,
        touches: touchedBy(each).map((application) => ({ application, name: application })),
      })),
  };
}

/** Saves a plan as the engine does: its targets go with it, in one step. */
function save(world: World, before: Plan, after: Plan): void {
  expect(reachable(before.state), `${before.state} to ${after.state}`).toContain(after.state);
  if (isTerminal(before.state)) expect(after).toBe(before);
  watchWhatRuns(world, before, after);
  world.plans[world.plans.indexOf(before)] = after;
  if (isTerminal(before.state) || !hasBegun(after.state)) return;
  for (const [application, wanted] of targetsOf(after)) {
    if (wanted.target === null) world.targets.delete(application);
    else world.targets.set(application, wanted.target);
    if (wanted.staged === null) world.staged.delete(application);
    else world.staged.set(application, wanted.staged);
  }
}

/** A plan begins with content that was analysed in this very world and approved, and runs that content and no other. */
function watchWhatRuns(world: World, before: Plan, after: Plan): void {
  const begins = !hasBegun(before.state) && hasBegun(after.state);
  const anew = before.state === 'staged' && after.content !== before.content;
  if (before.state === 'staged' && after.state === 'deploying')
    expect(after.content, 'switches to what holds now').toBe(analyse(world, before).content);
  if (begins || anew) {
    expect(after.content, 'begins with what holds now').toBe(analyse(world, before).content);
    if (world.rules.approval) expect(isApproved(world, after, after.content), 'begins approved').toBe(true);
    expect(obstaclesOf(world, after, after.content), 'begins with open gates').toEqual(
      anew && world.frozen ? [expect.anything()] : [],
    );
    world.begun.set(after.id, {
      content: after.content,
      after: new Map(after.operations.map((each) => [each.application, each.after?.operation ?? null])),
    });
  }
  const begun = world.begun.get(after.id);
  if (!hasBegun(after.state)) return;
  expect(after.content).toBe(begun?.content);
  for (const each of after.operations) {
    expect(each.after?.operation ?? null, 'runs what it began with').toBe(begun?.after.get(each.application));
    const earlier = before.operations.find((operation) => operation.id === each.id);
    if (each.state === 'running' && earlier?.state !== 'running' && each.after !== null)
      expect(world.quarantined.has(each.after.build), 'starts nothing that is in quarantine').toBe(false);
  }
}

function reachable(from: PlanState): ReadonlySet<PlanState> {
  const found = new Set<PlanState>([from]);
  for (const state of found) for (const next of planTransitions[state]) found.add(next);
  return found;
}

function advance(world: World, index: number): void {
  const plan = world.plans[index % Math.max(1, world.plans.length)];
  if (plan === undefined) return;
  const observed = observe(world, plan);
  const { plan: after } = advancePlan(plan, observed, world.now);
  const again = advancePlan(after, observed, world.now + 1);
  expect(again.plan, 'a second look at the same').toBe(after);
  save(world, plan, after);
}

/** A site that is online takes one step towards what it is asked for. */
function act(world: World, site: string, application: ApplicationId): void {
  const place = world.places.get(placeKey(site, application));
  if (place === undefined || !place.online) return;
  const target = world.targets.get(application);
  const stage = world.staged.get(application);
  if (stage === undefined) place.stages = null;
  else if (place.stages?.operation !== stage.operation) place.stages = { operation: stage.operation, phase: 'pulling' };
  else if (place.stages.phase === 'pulling')
    place.stages.phase = world.unstageable.has(stage.build) ? 'failed' : 'staged';
  if (target === undefined) {
    if (place.runs?.phase === 'removing') place.runs = null;
    else if (place.runs !== null) place.runs.phase = 'removing';
  } else if (place.runs?.operation !== target.operation) {
    place.runs = { operation: target.operation, phase: 'progressing' };
  } else if (place.runs.phase === 'removing') {
    place.runs.phase = 'progressing';
  } else if (place.runs.phase === 'progressing') {
    place.runs.phase = world.unfit.has(target.build) ? 'failed' : 'healthy';
  }
}

function invariants(world: World): void {
  const active = world.plans.filter((each) => isUnderWay(each.state));
  const changed = active.flatMap((each) => each.operations.map((operation) => operation.application));
  expect(new Set(changed).size, 'no application is changed by two plans').toBe(changed.length);
}

const planDrawn = fc.record({
  policy: fc.constantFrom<FailurePolicy>('stop', 'continue', 'return'),
  operations: fc.uniqueArray(
    fc.record({
      application: fc.constantFrom(...applications),
      wave: fc.nat(2),
      kind: fc.constantFrom('deploy', 'remove'),
      fault: fc.constantFrom('none', 'none', 'none', 'staging', 'start'),
    }),
    { minLength: 1, maxLength: 3, selector: (each) => each.application },
  ),
  neighbours: fc.subarray(applications, { maxLength: 1 }),
});

const rulesDrawn: fc.Arbitrary<Rules> = fc.record({
  approval: fc.boolean(),
  twoStep: fc.boolean(),
  whileFrozen: fc.constantFrom('finish', 'stop'),
  parallel: fc.constantFrom(null, 1),
});

const onPlan = (kind: string, weight: number) => ({
  weight,
  arbitrary: fc.record({ kind: fc.constant(kind), index: fc.nat(5) }),
});
const onApplication = (kind: string, weight: number) => ({
  weight,
  arbitrary: fc.record({ kind: fc.constant(kind), application: fc.constantFrom(...applications) }),
});
const eventDrawn = fc.oneof(
  onPlan('advance', 12),
  onPlan('start', 4),
  onPlan('approve', 4),
  onPlan('self-approve', 1),
  onPlan('edit', 2),
  onPlan('retarget', 2),
  onPlan('schedule', 1),
  onPlan('reject', 1),
  onPlan('pause', 1),
  onPlan('continue', 2),
  onPlan('abort', 1),
  onPlan('cancel', 1),
  onPlan('promote', 1),
  onPlan('restore', 1),
  onPlan('quarantine', 1),
  onApplication('set', 1),
  onApplication('break', 1),
  onApplication('mend', 1),
  { weight: 1, arbitrary: fc.constantFrom({ kind: 'freeze' }, { kind: 'thaw' }, { kind: 'lift' }, { kind: 'wait' }) },
  {
    weight: 14,
    arbitrary: fc.record({
      kind: fc.constant('act'),
      site: fc.constantFrom(...sites),
      application: fc.constantFrom(...applications),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('disconnect'), site: fc.constantFrom(...sites) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('connect'), site: fc.constantFrom(...sites) }) },
);
interface Event {
  readonly kind: string;
  readonly index?: number;
  readonly application?: ApplicationId;
  readonly site?: string;
}

type PlanDrawn = typeof planDrawn extends fc.Arbitrary<infer Drawn> ? Drawn : never;

function makeWorld(drawn: readonly PlanDrawn[], rules: Rules): World {
  const world: World = {
    now: 0,
    rules,
    plans: [],
    targets: new Map(applications.slice(0, 2).map((application) => [application, aTarget(`0-${application}`)])),
    staged: new Map(),
    places: new Map(),
    settings: new Map(),
    broken: new Set(),
    quarantined: new Set(),
    approvals: new Map(),
    frozen: false,
    begun: new Map(),
    unstageable: new Set(),
    unfit: new Set(),
  };
  for (const each of drawn) {
    const number = world.plans.length + 1;
    const operations = each.operations.map((given) => {
      const name = `${number}-${given.application}`;
      if (given.fault === 'staging') world.unstageable.add(aTarget(name).build);
      if (given.fault === 'start') world.unfit.add(aTarget(name).build);
      return anOperation(name, {
        application: given.application,
        wave: given.wave,
        kind: given.kind as 'deploy' | 'remove',
        after: given.kind === 'remove' ? null : aTarget(name),
      });
    });
    compose(world, { operations, neighbours: each.neighbours, failurePolicy: each.policy });
  }
  for (const site of sites) {
    for (const application of applications) {
      const target = world.targets.get(application);
      const runs = target === undefined ? null : { operation: target.operation, phase: 'healthy' };
      world.places.set(placeKey(site, application), { online: true, runs, stages: null });
    }
  }
  return world;
}

/** Makes a draft, analysed in the world as it is. */
function compose(world: World, given: Pick<Plan, 'operations' | 'neighbours' | 'failurePolicy'>): void {
  const number = world.plans.length + 1;
  const own = new Set(given.operations.map((operation) => operation.application));
  const plan = aPlan({
    id: `plan-${number}` as PlanId,
    number,
    state: 'draft',
    failurePolicy: given.failurePolicy,
    operations: given.operations.map((each) => ({
      ...each,
      id: `${number}-${each.application}` as OperationId,
      state: 'pending',
      startedAt: null,
      endedAt: null,
      message: null,
    })),
    neighbours: given.neighbours.filter((neighbour) => !own.has(neighbour)),
  });
  world.plans.push({ ...plan, ...analyse(world, plan) });
}

/** Does what somebody asks of a plan; a refusal changes nothing. */
function ask(world: World, index: number, command: (plan: Plan) => Plan): void {
  const plan = world.plans[index % world.plans.length];
  if (plan === undefined) return;
  try {
    const after = command(plan);
    if (after !== plan) save(world, plan, after);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
  }
}

function approve(world: World, index: number, by: string): void {
  const plan = world.plans[index % world.plans.length];
  if (plan === undefined) return;
  const given = world.approvals.get(plan.id) ?? [];
  world.approvals.set(plan.id, [...given, { by, content: plan.content }]);
}

function start(world: World, plan: Plan): Plan {
  const { analysed, obstacles } = gatesOf(world, plan);
  return decideStart(plan, { analysed, obstacles, waitForThaw: plan.number % 2 === 0 });
}

/** Other content for a plan: the same applications, in builds that nobody has seen before. */
function retarget(world: World, plan: Plan): Plan {
  const operations = plan.operations.map((each) => ({
    ...each,
    after: each.kind === 'remove' ? null : aTarget(`${each.id}-${world.now}`),
  }));
  const analysed = analyse(world, { ...plan, operations });
  return decideEdit(plan, { analysed, failurePolicy: plan.failurePolicy, by: 'grace' });
}

const commands: Readonly<Record<string, (world: World, index: number) => void>> = {
  advance,
  start: (world, index) => ask(world, index, (plan) => start(world, plan)),
  approve: (world, index) => approve(world, index, 'hedy'),
  'self-approve': (world, index) => approve(world, index, 'ada'),
  edit: (world, index) =>
    ask(world, index, (plan) =>
      decideEdit(plan, { analysed: analyse(world, plan), failurePolicy: 'return', by: 'grace' }),
    ),
  retarget: (world, index) => ask(world, index, (plan) => retarget(world, plan)),
  schedule: (world, index) => ask(world, index, (plan) => decideSchedule(plan, world.now + 20)),
  reject: (world, index) => ask(world, index, (plan) => decideReject(plan, { by: 'hedy', comment: 'no' })),
  pause: (world, index) => ask(world, index, (plan) => decidePause(plan, 'the phone rings')),
  continue: (world, index) => ask(world, index, (plan) => decideContinue(plan, world.now)),
  abort: (world, index) => ask(world, index, (plan) => decideAbort(plan, world.now)),
  cancel: (world, index) => ask(world, index, decideCancel),
  promote: (world, index) => {
    const plan = world.plans[index % world.plans.length];
    if (plan !== undefined && world.plans.length < 8) compose(world, plan);
  },
  restore: (world, index) => {
    const plan = world.plans[index % world.plans.length];
    if (plan === undefined || world.plans.length >= 8) return;
    const operations = plan.operations.map(
      (each): PlanOperation => ({ ...each, kind: each.before === null ? 'remove' : 'deploy', after: each.before }),
    );
    compose(world, { ...plan, operations });
  },
  quarantine: (world, index) => {
    const plan = world.plans[index % world.plans.length];
    const build = plan?.operations.find((each) => each.after !== null)?.after?.build;
    if (build !== undefined) world.quarantined.add(build);
  },
};

function happen(world: World, event: Event): void {
  world.now += 1;
  const { application, site } = event;
  if (event.index !== undefined) {
    commands[event.kind]?.(world, event.index);
    return;
  }
  if (site !== undefined && application !== undefined) {
    act(world, site, application);
    return;
  }
  if (site !== undefined) {
    for (const each of applications) {
      const place = world.places.get(placeKey(site, each));
      if (place !== undefined) place.online = event.kind === 'connect';
    }
    return;
  }
  if (application !== undefined) {
    if (event.kind === 'set') world.settings.set(application, (world.settings.get(application) ?? 0) + 1);
    else if (event.kind === 'break') world.broken.add(application);
    else world.broken.delete(application);
    return;
  }
  if (event.kind === 'wait') world.now += 30;
  else if (event.kind === 'lift') world.quarantined.clear();
  else world.frozen = event.kind === 'freeze';
}

/** Everybody is there and does their part, round after round: whatever was started can end. Drafts stay what they are. */
function settle(world: World): void {
  for (const place of world.places.values()) place.online = true;
  world.frozen = false;
  const open = () => world.plans.filter((plan) => plan.state !== 'draft' && !isTerminal(plan.state));
  for (let round = 0; round < 300 && open().length > 0; round += 1) {
    world.now += 1;
    for (const site of sites) for (const application of applications) act(world, site, application);
    for (let index = 0; index < world.plans.length; index += 1) {
      const plan = world.plans[index];
      if (plan?.state === 'awaiting-approval') approve(world, index, 'hedy');
      // A freeze that is over needs nobody.
      if (plan?.paused?.by === 'person' || plan?.state === 'staged')
        ask(world, index, (plan) => decideContinue(plan, world.now));
      advance(world, index);
    }
    invariants(world);
  }
}

describe('several plans in one environment, with people who change their minds and sites that come and go', () => {
  it('nothing runs that was not analysed and approved, an end is final, a draft blocks nobody, and no plan hangs', {
    timeout: 30_000 + sequences * 20,
  }, () => {
    const ends = new Map<string, number>();
    fc.assert(
      fc.property(
        fc.array(planDrawn, { minLength: 1, maxLength: 4 }),
        rulesDrawn,
        fc.array(eventDrawn, { maxLength: 120 }),
        (drawn, rules, events) => {
          const world = makeWorld(drawn, rules);
          // Half of the plans are started by whoever composed them; the others wait for an event that does.
          for (let index = 0; index < world.plans.length; index += 2) commands['start']?.(world, index);

          for (const event of events) {
            happen(world, event);
            invariants(world);
          }
          settle(world);

          for (const plan of world.plans) {
            const over = isTerminal(plan.state) || plan.state === 'draft';
            expect(over, `plan ${plan.number} is ${plan.state}: ${plan.reason}`).toBe(true);
            ends.set(plan.state, (ends.get(plan.state) ?? 0) + 1);
          }
        },
      ),
      // The usual run draws the same each time, so that it comes to every end; a longer one looks further.
      sequences === usualSequences ? { numRuns: sequences, seed: 20261121 } : { numRuns: sequences },
    );
    // A run in which some end never came would prove less than it says.
    expect([...ends.keys()].toSorted()).toEqual([
      'aborted',
      'cancelled',
      'draft',
      'expired',
      'failed',
      'returned',
      'succeeded',
      'succeeded-with-warnings',
    ]);
  });

  it('what waits at its gates can be waited for, and what rests was at work', () => {
    const waits = ['approval-missing', 'outside-window', 'scheduled', 'too-young', 'not-soaked', 'frozen'] as const;
    const blocks = ['quarantined', 'finding', 'unconfirmed', 'tests-failed', 'tests-missing'] as const;
    const obstacle = (code: Obstacle['code']) => ({ code }) as Obstacle;

    expect(waits.every((code) => mayWaitFor(obstacle(code)))).toBe(true);
    expect(blocks.some((code) => mayWaitFor(obstacle(code)))).toBe(false);
    const states = Object.keys(planTransitions) as PlanState[];
    expect(states.filter((state) => isAtGates(state) && mayPause(state))).toEqual([]);
  });
});
