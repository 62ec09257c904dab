import fc from 'fast-check';
import { observeGates } from '../governance/observe-gates.ts';
import { type ApprovalRule, combinePolicies, openPolicy } from '../governance/policy.ts';
import type { Approval, GovernanceFacts, Subject } from '../governance/subject.ts';
import type { BuildId, EnvironmentId, OperationId, PlanId } from '../identity/id.ts';
import { DomainError } from '../refusal/refusal.ts';
import { advancePlan } from './advance.ts';
import { contentFacts } from './content.ts';
import { decideCancel, decideContinue, decideEdit, decideReject, decideSchedule, decideStart } from './decide.ts';
import { decideApproval } from './decide-approval.ts';
import { heldApprovals } from './held-approvals.ts';
import { hasBegun, isTerminal, isUnderWay, type Plan, type PlanOperation, type Target } from './plan.ts';
import { anOperation, aPlan, aSite } from './plan-for-tests.ts';

const names = ['ada', 'bob', 'cleo', 'dan'] as const;
const environments = ['quality', 'production'] as const;
const applications = ['orders', 'shop'] as const;
const roles = ['viewer', 'operator', 'approver', 'owner'] as const;
const mayApprove: ReadonlySet<string> = new Set(['approver', 'owner']);
type Name = (typeof names)[number];
type Environment = (typeof environments)[number];

interface Person {
  role: (typeof roles)[number];
  teams: readonly string[];
  active: boolean;
  /** The content of each plan as they saw it last. */
  readonly saw: Map<PlanId, string>;
}

interface World {
  now: number;
  /** Whether sites have done what they were asked. */
  done: boolean;
  readonly people: Map<Name, Person>;
  readonly rules: Map<Environment, readonly ApprovalRule[]>;
  readonly twoStep: boolean;
  readonly plans: Plan[];
  readonly approvals: Map<PlanId, Approval[]>;
  /** What was said, as a bystander wrote it down. */
  readonly heard: { readonly by: Name; readonly plan: PlanId; readonly what: string }[];
  /** Everybody who ever had a hand in a plan. */
  readonly hands: Map<PlanId, Set<string>>;
  readonly settings: Map<string, number>;
  readonly targets: Map<string, Target>;
  begun: number;
}

/** What a plan would bring, in the words of somebody who knows nothing of digests. */
function whatOf(world: World, plan: Plan): string {
  const brought = plan.operations.map(({ application, after }) => {
    const place = `${plan.environment}/${application}`;
    return `${application}=${after?.build} with settings ${world.settings.get(place) ?? 0} over ${world.targets.get(place)?.build}`;
  });
  return `${plan.environment}: ${brought.toSorted().join(', ')}`;
}

function analyse(world: World, plan: Plan) {
  const operations = plan.operations.map((each): PlanOperation => {
    const place = `${plan.environment}/${each.application}`;
    const settingsHash = String(world.settings.get(place) ?? 0);
    const after = each.after === null ? null : { ...each.after, settingsHash };
    return { ...each, before: world.targets.get(place) ?? null, after };
  });
  const { environment, failurePolicy, neighbours } = plan;
  return {
    content: contentFacts({ environment, failurePolicy, operations, choices: [], neighbourhood: [] }),
    operations,
    neighbours,
  };
}

function gatesOf(world: World, plan: Plan) {
  const { content, operations, neighbours } = plan;
  const analysed =
    isUnderWay(plan.state) && plan.state !== 'staged' ? { content, operations, neighbours } : analyse(world, plan);
  const subject: Subject = {
    authors: plan.authors,
    content: analysed.content,
    approvals: heldApprovals(world.approvals.get(plan.id) ?? [], (by) => {
      const person = world.people.get(by as Name);
      return person?.active === true && mayApprove.has(person.role) ? person : undefined;
    }),
    exemptions: [],
    confirmed: [],
    startAt: plan.startAt,
    hotfix: false,
    candidates: [],
    findings: [],
  };
  const approvals = world.rules.get(plan.environment as string as Environment) ?? [];
  const facts: GovernanceFacts = {
    environment: plan.environment,
    previous: null,
    requirements: combinePolicies([{ ...openPolicy, approvals, twoStep: world.twoStep }]),
    freezes: [],
    quarantines: [],
  };
  return { ...observeGates({ plan, analysed, subject, facts, rings: null }, world.now), approvals };
}

/** Whether everybody who is asked said yes to just this, and may still say so; worked out without the model. */
function isRightlyApproved(world: World, plan: Plan): boolean {
  const what = whatOf(world, plan);
  return (world.rules.get(plan.environment as string as Environment) ?? []).every((rule) => {
    const voices = new Set(
      world.heard.filter((each) => each.plan === plan.id && each.what === what).map((each) => each.by),
    );
    const counted = [...voices].filter((by) => {
      const person = world.people.get(by);
      if (person === undefined || !person.active || !mayApprove.has(person.role)) return false;
      if (rule.excludeRequester && world.hands.get(plan.id)?.has(by) === true) return false;
      if (rule.by.kind === 'role') return person.role === rule.by.role;
      return rule.by.kind === 'anyone' || person.teams.includes(rule.by.team);
    });
    return counted.length >= rule.count;
  });
}

function save(world: World, before: Plan, after: Plan): void {
  const begins = !hasBegun(before.state) && (hasBegun(after.state) || after.state === 'succeeded');
  const switches = before.state === 'staged' && (after.state === 'deploying' || after.state === 'succeeded');
  if ((begins || switches) && !isRightlyApproved(world, before))
    throw new Error(
      `plan ${after.number} went from ${before.state} to ${after.state}, and nobody approved ${whatOf(world, before)}`,
    );
  if (begins) world.begun += 1;
  world.plans[world.plans.indexOf(before)] = after;
  if (after.state !== 'succeeded') return;
  for (const { application, after: target } of after.operations)
    if (target !== null) world.targets.set(`${after.environment}/${application}`, target);
}

function compose(
  world: World,
  given: { readonly by: Name; readonly environment: string; readonly operations: readonly PlanOperation[] },
): void {
  if (world.plans.length >= 6) return;
  const number = world.plans.length + 1;
  const plan = aPlan({
    id: `plan-${number}` as PlanId,
    number,
    environment: given.environment as EnvironmentId,
    state: 'draft',
    authors: [given.by],
    operations: given.operations.map((each) => ({
      ...each,
      id: `${number}-${each.application}` as OperationId,
      state: 'pending',
      startedAt: null,
      endedAt: null,
    })),
  });
  world.plans.push({ ...plan, ...analyse(world, plan) });
  world.hands.set(plan.id, new Set([given.by]));
}

const built = (application: string, version: number): PlanOperation =>
  anOperation(application, {
    application: application as PlanOperation['application'],
    after: {
      build: `${application}-${version}` as BuildId,
      operation: `run-${application}-${version}`,
      settings: {},
      settingsHash: '0',
    },
  });

export interface DrawnCommand {
  readonly kind: string;
  readonly by: Name;
  readonly plan: number;
  readonly pick: number;
}

function ask(world: World, plan: Plan, command: (plan: Plan) => Plan): void {
  const after = command(plan);
  if (after !== plan) save(world, plan, after);
}

const others: Readonly<Record<string, (world: World, given: DrawnCommand) => void>> = {
  compose: (world, { by, pick }) =>
    compose(world, {
      by,
      environment: environments[pick % 2] ?? 'quality',
      operations: applications.slice(0, 1 + (pick % 2)).map((each) => built(each, pick % 3)),
    }),
  settings: (world, { pick }) => {
    const place = `${environments[pick % 2]}/${applications[(pick >> 1) % 2]}`;
    world.settings.set(place, ((world.settings.get(place) ?? 0) + 1) % 3);
  },
  role: (world, { by, pick }) => void Object.assign(world.people.get(by) ?? {}, { role: roles[pick % roles.length] }),
  team: (world, { by, pick }) =>
    void Object.assign(world.people.get(by) ?? {}, { teams: pick % 2 === 0 ? [] : ['release'] }),
  deactivate: (world, { by }) => void Object.assign(world.people.get(by) ?? {}, { active: false }),
  activate: (world, { by }) => void Object.assign(world.people.get(by) ?? {}, { active: true }),
  policy: (world, { pick }) => void world.rules.set(environments[pick % 2] ?? 'quality', [ruleOf(pick)]),
  wait: (world) => {
    world.now += 30;
  },
  sites: (world) => {
    world.done = !world.done;
  },
};

type OnPlan = (world: World, plan: Plan, given: DrawnCommand) => void;

const look: OnPlan = (world, plan, { by }) => {
  world.people.get(by)?.saw.set(plan.id, analyse(world, plan).content);
};

const approve: OnPlan = (world, plan, { by }) => {
  const person = world.people.get(by);
  const looked = person?.saw.get(plan.id);
  if (person === undefined || looked === undefined || !person.active || !mayApprove.has(person.role)) return;
  const { analysed, approvals: rules } = gatesOf(world, plan);
  const approver = { by, role: person.role, teams: person.teams };
  decideApproval(plan, { approver, looked, analysed: analysed.content, environment: plan.environment, rules });
  world.approvals.set(plan.id, [...(world.approvals.get(plan.id) ?? []), { ...approver, content: looked }]);
  world.heard.push({ by, plan: plan.id, what: whatOf(world, plan) });
};

const onPlan: Readonly<Record<string, OnPlan>> = {
  look,
  /** Of what they saw last, which may be long ago. */
  approve,
  agree: (world, plan, given) => {
    look(world, plan, given);
    approve(world, plan, given);
  },
  start: (world, plan) => {
    const { analysed, obstacles } = gatesOf(world, plan);
    ask(world, plan, (given) => decideStart(given, { analysed, obstacles, waitForThaw: true }));
  },
  edit: (world, plan, { by, pick }) => {
    const operations = plan.operations.map((each) => ({ ...each, after: built(each.application, pick % 3).after }));
    const analysed = analyse(world, { ...plan, operations });
    ask(world, plan, (given) => decideEdit(given, { analysed, failurePolicy: plan.failurePolicy, by }));
    world.hands.get(plan.id)?.add(by);
  },
  retarget: (world, plan, { by }) =>
    compose(world, {
      by,
      environment: plan.environment === ('quality' as string) ? 'production' : 'quality',
      operations: plan.operations,
    }),
  retry: (world, plan, { by }) => compose(world, { by, environment: plan.environment, operations: plan.operations }),
  recreate: (world, plan, { by }) => {
    ask(world, plan, decideCancel);
    compose(world, { by, environment: plan.environment, operations: plan.operations });
  },
  'go-back': (world, plan, { by }) => {
    const operations = plan.operations
      .filter((each) => each.before !== null)
      .map((each) => ({ ...each, after: each.before }));
    if (operations.length > 0) compose(world, { by, environment: plan.environment, operations });
  },
  schedule: (world, plan, { pick }) =>
    ask(world, plan, (given) => decideSchedule(given, pick % 2 === 0 ? null : world.now + 20)),
  reject: (world, plan, { by }) => ask(world, plan, (given) => decideReject(given, { by, comment: 'no' })),
  continue: (world, plan) => ask(world, plan, (given) => decideContinue(given, world.now)),
  advance: (world, plan) => {
    const gates = gatesOf(world, plan);
    const phase = world.done ? 'healthy' : 'pulling';
    const sites = plan.operations.map(({ application, after }) => ({
      ...aSite('one', { application, reports: after === null ? {} : { [after.operation]: phase } }),
      application,
    }));
    const targets = new Map(
      plan.operations.flatMap(({ application }) => {
        const target = world.targets.get(`${plan.environment}/${application}`);
        return target === undefined ? [] : [[application, target] as const];
      }),
    );
    // One at a time in an environment, as the queue would have it.
    const active = world.plans
      .filter((each) => each !== plan && each.environment === plan.environment && isUnderWay(each.state))
      .map((each) => ({
        number: each.number,
        touches: each.operations.map(({ application }) => ({ application, name: application })),
      }));
    save(world, plan, advancePlan(plan, { gates, sites, targets, active }, world.now).plan);
  },
};

function ruleOf(pick: number): ApprovalRule {
  const by: ApprovalRule['by'][] = [
    { kind: 'anyone' },
    { kind: 'role', role: 'owner' },
    { kind: 'team', team: 'release' },
    { kind: 'role', role: 'approver' },
  ];
  return {
    name: 'four eyes',
    count: 1 + (pick % 2),
    by: by[(pick >> 1) % by.length] ?? { kind: 'anyone' },
    excludeRequester: pick % 5 !== 0,
  };
}

const weights: Readonly<Record<string, number>> = {
  advance: 10,
  start: 4,
  approve: 3,
  agree: 10,
  look: 3,
  compose: 2,
  sites: 2,
  continue: 2,
};
const command = fc.record({
  kind: fc.oneof(
    ...[...Object.keys(others), ...Object.keys(onPlan)].map((kind) => ({
      weight: weights[kind] ?? 1,
      arbitrary: fc.constant(kind),
    })),
  ),
  by: fc.constantFrom(...names),
  plan: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat(5)),
  pick: fc.nat(59),
});

/**
 * Draws sequences of what people do around approvals, and watches what begins: everybody who was asked had approved that very
 * content, had the right to, and has it still.
 *
 * @returns in how many sequences something began, and how many plans did
 */
export function runApprovalSequences(options: { readonly numRuns: number; readonly seed?: number }) {
  const seen = { sequences: 0, begun: 0, approvals: 0 };
  fc.assert(
    fc.property(
      fc.array(command, { minLength: 20, maxLength: 120, size: 'max' }),
      fc.nat(59),
      fc.boolean(),
      (drawn, pick, twoStep) => {
        const world: World = {
          now: 0,
          done: true,
          people: new Map(
            names.map((name, at) => [
              name,
              {
                role: at === 0 ? 'operator' : 'approver',
                teams: at > 1 ? ['release'] : [],
                active: true,
                saw: new Map(),
              },
            ]),
          ),
          rules: new Map(environments.map((each, at) => [each, [ruleOf(pick + at)]])),
          twoStep,
          plans: [],
          approvals: new Map(),
          heard: [],
          hands: new Map(),
          settings: new Map(),
          targets: new Map(),
          begun: 0,
        };
        others['compose']?.(world, { kind: 'compose', by: 'ada', plan: 0, pick });
        for (const each of drawn) take(world, each);
        seen.sequences += world.begun > 0 ? 1 : 0;
        seen.begun += world.begun;
        seen.approvals += world.heard.length;
      },
    ),
    options,
  );
  return seen;
}

function take(world: World, given: DrawnCommand): void {
  world.now += 1;
  const plan = world.plans[given.plan % world.plans.length];
  try {
    others[given.kind]?.(world, given);
    if (plan !== undefined && !(isTerminal(plan.state) && given.kind === 'advance'))
      onPlan[given.kind]?.(world, plan, given);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
  }
}
