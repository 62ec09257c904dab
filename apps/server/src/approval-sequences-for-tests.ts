import type { ApprovalRule } from '@almanac/domain';
import fc from 'fast-check';
import {
  type ApprovalScene,
  type Environment,
  environments,
  type Name,
  names,
  versions,
} from './approval-scene-for-tests.ts';
import type { Judged, Rights } from './plan-watch-for-tests.ts';

const roles = ['operator', 'release-manager', 'administrator', 'auditor'] as const;
type Role = (typeof roles)[number];
const mayApprove: ReadonlySet<Role> = new Set(['release-manager', 'administrator']);
const failurePolicies = ['stop', 'return', 'continue'] as const;

interface DrawnCommand {
  readonly kind: string;
  readonly by: Name;
  readonly plan: number;
  readonly pick: number;
}

/** What happens around the plans of one drawn sequence. */
interface World {
  readonly scene: ApprovalScene;
  readonly people: Map<Name, { role: Role; active: boolean }>;
  readonly rules: Map<Environment, readonly ApprovalRule[]>;
  readonly plans: string[];
  readonly hands: Map<string, Set<string>>;
  readonly said: Set<string>;
  /** The content of each plan as somebody saw it last, by `person plan`. */
  readonly saw: Map<string, string>;
  readonly refused: Map<string, number>;
  asked: number;
}

interface Answered {
  readonly ok: boolean;
  readonly id: string;
  readonly content: string;
}

/** Sends a request to the servers in turn. */
async function send(world: World, by: Name | null, request: `${string} /${string}`, body?: object): Promise<Answered> {
  const { scene } = world;
  const [method = '', path = ''] = request.split(' ');
  world.asked += 1;
  const token = by === null ? scene.administrator : scene.tokens.get(by);
  const answer = await fetch(`${scene.servers[world.asked % scene.servers.length]}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (answer.status >= 500 || answer.status === 400) throw new Error(`${request}: ${answer.status} ${text}`);
  const { id = '', content = '', code = '' } = JSON.parse(text);
  if (!answer.ok) world.refused.set(code, (world.refused.get(code) ?? 0) + 1);
  return { ok: answer.ok, id, content };
}

const operationsOf = (pick: number) => [
  {
    kind: 'deploy',
    application: 'orders',
    source: { kind: 'version', number: versions[pick % versions.length] },
    // Values may come with a plan.
    ...(pick % 4 === 3 ? { settings: { GREETING: `given ${pick % 3}` } } : {}),
  },
];

async function compose(world: World, by: Name, request: `POST /${string}`, body: object): Promise<void> {
  const made = await send(world, by, request, body);
  if (!made.ok) return;
  world.plans.push(made.id);
  world.hands.set(made.id, new Set([by]));
}

type OnPlan = (world: World, plan: string, given: DrawnCommand) => Promise<unknown>;

const look: OnPlan = async (world, plan, { by }) => {
  const { ok, content } = await send(world, by, `GET /plans/${plan}`);
  if (ok) world.saw.set(`${by} ${plan}`, content);
};

/** Of what they saw last, which may be long ago, or of what they saw of another plan. */
const approve: OnPlan = async (world, plan, { by, pick }) => {
  const seen = pick % 7 === 0 ? (world.plans[pick % world.plans.length] ?? plan) : plan;
  const content = world.saw.get(`${by} ${seen}`);
  if (content === undefined) return;
  world.said.add(`${by} ${plan} ${content}`);
  await send(world, by, `POST /plans/${plan}/approve`, { content });
};

const onPlan: Readonly<Record<string, OnPlan>> = {
  look,
  approve,
  agree: async (world, plan, given) => {
    await look(world, plan, given);
    await approve(world, plan, { ...given, pick: 1 });
  },
  start: (world, plan, { by }) => send(world, by, `POST /plans/${plan}/start`, { confirm: ['downgrade'] }),
  edit: async (world, plan, { by, pick }) => {
    const body =
      pick % 3 === 0 ? { failurePolicy: failurePolicies[(pick >> 2) % 3] } : { operations: operationsOf(pick) };
    const { ok } = await send(world, by, `PATCH /plans/${plan}`, body);
    if (ok) world.hands.get(plan)?.add(by);
  },
  schedule: (world, plan, { by, pick }) =>
    send(world, by, `POST /plans/${plan}/schedule`, { startAt: pick % 3 === 0 ? '2999-01-01T00:00:00Z' : null }),
  reject: (world, plan, { by }) => send(world, by, `POST /plans/${plan}/reject`, { comment: 'not like that' }),
  withdraw: (world, plan, { by }) => send(world, by, `POST /plans/${plan}/withdraw`, {}),
  cancel: (world, plan, { by }) => send(world, by, `POST /plans/${plan}/cancel`, {}),
  continue: (world, plan, { by }) => send(world, by, `POST /plans/${plan}/continue`, {}),
  retry: (world, plan, { by }) => compose(world, by, `POST /plans/${plan}/retry`, {}),
  retarget: (world, plan, { by, pick }) =>
    compose(world, by, `POST /plans/${plan}/reuse`, { environment: environments[pick % 2] }),
};

type OnWorld = (world: World, given: DrawnCommand) => Promise<unknown>;

const others: Readonly<Record<string, OnWorld>> = {
  compose: (world, { by, pick }) =>
    compose(world, by, 'POST /plans', { environment: environments[pick % 2], operations: operationsOf(pick >> 1) }),
  setting: (world, { by, pick }) =>
    send(world, by, 'PUT /applications/orders/settings/GREETING', {
      place: { environment: environments[pick % 2], level: 'environment' },
      value: `set ${(pick >> 1) % 3}`,
    }),
};

/** What changes who may say what: nothing else is sent meanwhile, so that it is known on what a plan began. */
const alone: Readonly<Record<string, OnWorld>> = {
  role: (world, { by, pick }) => {
    const role = roles[pick % roles.length] ?? 'operator';
    return changeRights(world, {
      note: () => Object.assign(world.people.get(by) ?? {}, { role }),
      change: () => administrate(world, `PATCH /principals/${by}`, { role }),
    });
  },
  active: (world, { by, pick }) => {
    const active = pick % 2 === 0;
    return changeRights(world, {
      note: () => Object.assign(world.people.get(by) ?? {}, { active }),
      // By the API their tokens would end for good.
      change: () => world.scene.session.query('update principals set active = $2 where name = $1', [by, active]),
    });
  },
  policy: (world, { pick }) => {
    const environment = environments[pick % 2] ?? 'quality';
    return changeRights(world, {
      note: () => world.rules.set(environment, [ruleOf(pick >> 1)]),
      change: () => setPolicy(world, environment, pick >> 1),
    });
  },
  sites: async ({ scene }) => {
    for (const act of [scene.site.stage, scene.site.run]) {
      await whenIdle(scene);
      await act();
    }
    await whenIdle(scene);
  },
};

function ruleOf(pick: number): ApprovalRule {
  const by: ApprovalRule['by'] =
    pick % 3 === 2 ? { kind: 'role', role: pick % 2 === 0 ? 'administrator' : 'release-manager' } : { kind: 'anyone' };
  return { name: 'four eyes', count: 1 + (pick % 2), by, excludeRequester: pick % 5 !== 0 };
}

function setPolicy(world: World, environment: Environment, pick: number): Promise<void> {
  const policy = { approvals: [ruleOf(pick)], twoStep: pick % 4 === 0 };
  return administrate(world, 'PUT /policies', { scope: { kind: 'environment', environment }, policy });
}

async function administrate(world: World, request: `${string} /${string}`, body: object): Promise<void> {
  const { ok } = await send(world, null, request, body);
  if (!ok) throw new Error(`${request} was refused to an administrator`);
}

/** While rights change, what begins may begin by those of before or by those of afterwards. */
async function changeRights(
  world: World,
  { note, change }: { readonly note: () => unknown; readonly change: () => Promise<unknown> },
): Promise<void> {
  const { scene } = world;
  await whenIdle(scene);
  const before = rightsOf(world);
  note();
  await scene.watch.noteRights([before, rightsOf(world)]);
  await change();
  await whenIdle(scene);
  await scene.watch.noteRights([rightsOf(world)]);
}

function rightsOf({ people, rules, scene }: World): Rights {
  return {
    people: Object.fromEntries(
      [...people].map(([name, { role, active }]) => [name, { role, mayApprove: active && mayApprove.has(role) }]),
    ),
    rules: Object.fromEntries([...rules].map(([name, given]) => [scene.keys.get(name) ?? '', given])),
  };
}

/** Until the engine has nothing to look at. */
async function whenIdle({ session }: ApprovalScene): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (performance.now() < deadline) {
    const { rows } = await session.query(
      'select exists(select from graphile_worker.jobs where run_at <= now()) as busy',
    );
    if (rows[0].busy === false) return;
  }
  throw new Error('the engine does not come to rest');
}

/** Ends what an earlier sequence left, unwatched, and gives everybody their roles. */
async function startAgain(scene: ApprovalScene, pick: number): Promise<World> {
  const { session } = scene;
  await whenIdle(scene);
  await session.query('begin');
  for (const key of scene.keys.values())
    await session.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`plans:${key}`]);
  await session.query(`
    alter table plans disable trigger watched;
    update plans set state = 'cancelled', ended_at = now() where ended_at is null;
    alter table plans enable trigger watched;
    delete from staged_targets;
    update principals set active = true,
      default_role_id = (select id from roles where roles.name = case principals.name when 'ada' then 'operator' else 'release-manager' end)
    where name in ('ada', 'bob', 'cleo', 'dan')`);
  await session.query('commit');
  const world: World = {
    scene,
    people: new Map(
      names.map((name) => [name, { role: name === 'ada' ? 'operator' : 'release-manager', active: true }]),
    ),
    rules: new Map(environments.map((each, at) => [each, [ruleOf(pick + at)]])),
    plans: [],
    hands: new Map(),
    said: new Set(),
    saw: new Map(),
    refused: new Map(),
    asked: 0,
  };
  for (const [at, each] of environments.entries()) await setPolicy(world, each, pick + at);
  await scene.watch.noteRights([rightsOf(world)]);
  await others['compose']?.(world, { kind: 'compose', by: 'ada', plan: 0, pick });
  const [plan] = world.plans;
  // A draft gathers approvals, and is edited after them; what was started begins with the last one.
  if (plan !== undefined && pick % 4 === 0)
    await onPlan['start']?.(world, plan, { kind: 'start', by: 'ada', plan: 0, pick });
  return world;
}

/** What was staged is drawn too rarely to be taken further: in the end everybody tries, once the site has it. */
async function everybodyGoesOn(world: World): Promise<void> {
  const given = { kind: 'continue', plan: 0, pick: 0 } as const;
  await alone['sites']?.(world, { ...given, by: 'ada' });
  for (const plan of world.plans) for (const by of names) await onPlan['continue']?.(world, plan, { ...given, by });
  await whenIdle(world.scene);
}

const weights: Readonly<Record<string, number>> = {
  agree: 20,
  approve: 8,
  start: 10,
  sites: 6,
  look: 6,
  edit: 10,
  setting: 5,
  continue: 4,
};
const kinds = [...Object.keys(onPlan), ...Object.keys(others), ...Object.keys(alone)];
const command = fc.record({
  kind: fc.oneof(...kinds.map((kind) => ({ weight: weights[kind] ?? 1, arbitrary: fc.constant(kind) }))),
  by: fc.constantFrom(...names),
  plan: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat(5)),
  pick: fc.nat(59),
});

async function take(world: World, given: DrawnCommand): Promise<void> {
  const plan = world.plans[given.plan % Math.max(1, world.plans.length)];
  if (plan !== undefined) await onPlan[given.kind]?.(world, plan, given);
  await others[given.kind]?.(world, given);
}

export interface Ran extends Omit<Judged, 'faults'> {
  readonly requests: number;
  /** How often requests were refused, by the code. */
  readonly refused: Readonly<Record<string, number>>;
}

/**
 * Draws what four people do around approvals, at two servers on one database, and watches in the database what begins: everybody
 * who was asked had approved what runs, had the right to, and has it still.
 *
 * @param given.atOnce how many commands are sent together: one for a sequence, more for races
 */
export async function runApprovalSequences(
  scene: ApprovalScene,
  given: { readonly sequences: number; readonly seed: number; readonly steps: number; readonly atOnce: number },
): Promise<Ran> {
  const total = { begun: 0, switched: 0, approvals: 0, requests: 0 };
  const refused: Record<string, number> = {};
  const bursts = fc.array(fc.array(command, { minLength: 1, maxLength: given.atOnce, size: 'max' }), {
    minLength: given.steps,
    maxLength: given.steps,
    size: 'max',
  });
  await fc.assert(
    fc.asyncProperty(bursts, fc.nat(59), async (drawn, pick) => {
      const world = await startAgain(scene, pick);
      for (const together of drawn) {
        await Promise.all(together.map((each) => take(world, each)));
        for (const each of together) await alone[each.kind]?.(world, each);
      }
      await everybodyGoesOn(world);
      const { faults, ...judged } = await scene.watch.judge(world);
      total.begun += judged.begun;
      total.switched += judged.switched;
      total.approvals += judged.approvals;
      total.requests += world.asked;
      for (const [code, times] of world.refused) refused[code] = (refused[code] ?? 0) + times;
      if (faults.length > 0) throw new Error(faults.join('\n'));
    }),
    // To look for a smaller one would take longer than to read this one.
    { numRuns: given.sequences, seed: given.seed, endOnFailure: true },
  );
  return { ...total, refused };
}
