import { randomUUID } from 'node:crypto';
import { newPrivateKey, privateKeyFromPem, rawPublicKey, signText } from '@almanac/host';
import { agentProtocol, desiredState, type ServerMessage, serverMessage } from '@almanac/protocol';
import { waitUntil } from '@almanac/testkit';
import fc from 'fast-check';
import type pg from 'pg';
import { spoil } from './fuzz/spoil.ts';
import { connectAgent, reportedApplication, type ScriptedAgent } from './scripted-agent-for-tests.ts';
import {
  addApplication,
  builtResult,
  commitOf,
  digestOf,
  type ServerForTests,
  scriptedBuilder,
  startServerForTests,
} from './server-for-tests.ts';

/** Three sites of one installation: one whose agent lies, one beside it, and one of another environment. */
export interface HostileEstate {
  readonly tests: ServerForTests;
  readonly hostile: HostileAgent;
  readonly beside: ScriptedAgent;
  /** Everything that means something here and belongs to somebody else. */
  readonly known: Known;
  /** All that is stored, but for what the hostile site may say of itself. */
  readonly others: () => Promise<string>;
}

interface Known {
  readonly ids: readonly string[];
  readonly names: readonly string[];
  readonly operations: readonly string[];
  /** An artifact that the hostile site is to run. */
  readonly ownArtifact: string;
  /** An artifact that runs in the other environment alone. */
  readonly foreignArtifact: string;
}

/** Whoever has the key of one site, and says with it what they like. */
export interface HostileAgent {
  readonly site: string;
  /** Connects, or stays connected. */
  readonly open: () => Promise<WebSocket>;
  /** Everything that the server ever told it. */
  readonly told: readonly ServerMessage[];
  readonly artifactToken: () => string;
  /** Does as it is told, once. */
  readonly beHonest: () => Promise<void>;
  /** Says something honest, and waits until that was taken, so that everything before it was. */
  readonly settle: () => Promise<void>;
}

/** A server with such an estate, in which everybody has said how they are. */
export async function openHostileEstate(): Promise<HostileEstate> {
  const estate = await estateForHostileAgent(await startServerForTests());
  await estate.beside.report([]);
  await estate.hostile.settle();
  return estate;
}

async function estateForHostileAgent(tests: ServerForTests): Promise<HostileEstate> {
  const sites: Record<string, string> = {};
  const tokens: Record<string, string> = {};
  for (const [environment, names] of [
    ['edge', ['berlin', 'bremen']],
    ['far', ['lima']],
  ] as const) {
    await tests.send('POST /environments', { body: { name: environment, displayName: environment, type: 'test' } });
    for (const name of names) {
      const { body } = await tests.send('POST /sites', { body: { name, environment } });
      sites[name] = body.site.id;
      tokens[name] = body.enrolment.token;
    }
  }
  const builds: string[] = [];
  for (const [at, name] of ['shopfront', 'ledger'].entries()) {
    const head = String(at + 1).repeat(40);
    const application = await addApplication(tests, { name, head });
    const builder = scriptedBuilder(tests);
    const job = await builder.claim();
    await builder.complete(job, await builtResult(tests, { name, commits: [commitOf(head)] }));
    builds.push(application.id);
  }
  const hostile = await connectHostile(tests, { site: sites['berlin'] ?? '', token: tokens['berlin'] ?? '' });
  const beside = await connectAgent(tests, tokens['bremen'] ?? '');
  const lima = await connectAgent(tests, tokens['lima'] ?? '');
  const deploy = (environment: string, application: string) =>
    tests.send('POST /plans', {
      body: { environment, operations: [{ kind: 'deploy', application, source: { kind: 'latest' } }], start: true },
    });
  const plans = [await deploy('edge', 'shopfront'), await deploy('far', 'ledger')].map(({ body }) => body.id);
  await hostile.beHonest();
  const operations: string[] = [];
  for (const agent of [beside, lima]) {
    const { applications } = await agent.told((state) => state.applications.length > 0);
    operations.push(...applications.map((each) => each.operation));
    await agent.report(applications.map((each) => reportedApplication(each)));
  }
  // A plan that runs would rightly hear of it when one of its sites fails.
  for (const plan of plans)
    await waitUntil(
      'the deployments to end',
      async () => (await tests.send(`GET /plans/${plan}`)).body.state === 'succeeded',
    );
  const session = await tests.connect();
  const { rows } = await session.query<{ id: string }>('select id from builds union select id from environments');
  return {
    tests,
    hostile,
    beside,
    known: {
      ids: [...Object.values(sites), ...plans, ...builds, ...rows.map(({ id }) => id)],
      names: ['berlin', 'bremen', 'lima', 'shopfront', 'ledger', 'edge', 'far'],
      operations,
      ownArtifact: digestOf(`module of shopfront at ${'1'.repeat(40)}`),
      foreignArtifact: digestOf(`module of ledger at ${'2'.repeat(40)}`),
    },
    others: () => othersIn(session, hostile.site),
  };
}

async function connectHostile(
  tests: ServerForTests,
  { site, token }: { readonly site: string; readonly token: string },
): Promise<HostileAgent> {
  const key = privateKeyFromPem(newPrivateKey('Ed25519'));
  await tests.send('POST /agents/enrol', {
    as: null,
    body: {
      token,
      agentVersion: 'hostile',
      protocolVersion: agentProtocol.version,
      signingKey: rawPublicKey(key),
      sealingKey: rawPublicKey(privateKeyFromPem(newPrivateKey('X25519'))),
      host: { hostname: 'berlin', platform: 'linux', architecture: 'x64' },
    },
  });
  const told: ServerMessage[] = [];
  const listeners = new Set<() => void>();
  let socket: WebSocket | undefined;
  let artifactToken = '';
  const open = () =>
    new Promise<WebSocket>((resolve, reject) => {
      if (socket?.readyState === WebSocket.OPEN) return resolve(socket);
      const fresh = new WebSocket(`${tests.server.url.replace('http', 'ws')}${agentProtocol.path}`);
      socket = fresh;
      fresh.addEventListener('error', () => reject(new Error('the server takes no connection any more')));
      fresh.addEventListener('message', ({ data }) => {
        const message = serverMessage.parse(JSON.parse(String(data)));
        told.push(message);
        if (message.kind === 'challenge')
          fresh.send(
            JSON.stringify({
              kind: 'hello',
              site,
              agentVersion: 'hostile',
              protocolVersion: agentProtocol.version,
              signature: signText(`almanac-agent-hello:${site}:${message.nonce}`, key),
              incarnation: 0,
              generation: 0,
            }),
          );
        if (message.kind === 'welcome') {
          artifactToken = message.artifactToken;
          resolve(fresh);
        }
        for (const listener of listeners) listener();
      });
    });
  const settle = async () => {
    const spool = randomUUID();
    const fresh = await open();
    const isKept = (each: ServerMessage) => each.kind === 'occurrences-kept' && each.spool === spool;
    const kept = new Promise<void>((resolve) => {
      const look = () => {
        if (!told.some(isKept)) return;
        listeners.delete(look);
        resolve();
      };
      listeners.add(look);
    });
    const items = [{ number: 1, kind: 'application-paused', application: null, detail: '', by: 'agent', at: times[0] }];
    fresh.send(JSON.stringify({ kind: 'occurrences', occurrences: { spool, items } }));
    await kept;
    fresh.close();
  };
  const beHonest = async () => {
    const fresh = await open();
    const { applications, incarnation, generation } = await waitUntil('an order', () => {
      const orders = told.flatMap((each) => (each.kind === 'desired' ? [JSON.parse(each.document.payload)] : []));
      return orders.map((each) => desiredState.parse(each)).find((each) => each.applications.length > 0);
    });
    const report = {
      ...{ incarnation, generation, sequence: 1, at: times[0] },
      applications: applications.map((each) => reportedApplication(each)),
      gateway: { state: 'serving', frontPort: 8080, message: null },
      notices: [],
      disk: { freeBytes: 1, usedBytes: 1 },
    };
    fresh.send(JSON.stringify({ kind: 'report', report }));
    await settle();
  };
  return { site, open, told, beHonest, artifactToken: () => artifactToken, settle };
}

const times = ['1970-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z', '2026-01-01T00:00:00.000Z'];
const numbers = [0, 1, -1, 65_536, 2 ** 31, 2 ** 53 - 1, -(2 ** 53) + 1];
/** Stands for the number of a report, which is put in when it is sent: most of them come in their order. */
const placeOfSequence = 777_777_777;
const phases = ['pulling', 'healthy', 'failed', 'removing', 'returning'];

/** Messages of every kind about what belongs to others; every other one is spoilt somewhere. */
export function hostileMessage({ ids, names, operations }: Known): fc.Arbitrary<string> {
  const id = fc.oneof(fc.constantFrom(...ids), fc.uuid());
  const name = fc.constantFrom(...names);
  // What no database keeps is rare, so that most reports arrive there.
  const at = fc.oneof({ weight: 30, arbitrary: fc.constantFrom(...times) }, fc.constant('0000-01-01T00:00:00Z'));
  const number = fc.constantFrom(...numbers);
  const small = fc.oneof({ weight: 30, arbitrary: fc.constantFrom(0, 1, 2, 80, 65_536) }, fc.constant(2 ** 53 - 1));
  const port = fc.oneof({ weight: 30, arbitrary: fc.constantFrom(0, 1, 80, 65_535) }, fc.constantFrom(...numbers));
  const count = fc.constantFrom(...numbers.filter((each) => each > 0));
  const text = fc.oneof(fc.string(), fc.constantFrom('', '\u001b[2J', '\r\n', 'x'.repeat(290)));
  const named = fc.record({ id, name, displayName: text });
  const rollout = fc.record({
    operation: fc.constantFrom(...operations),
    strategy: fc.constantFrom('canary', 'blue-green'),
    steps: fc.constant([{ kind: 'weight', words: 'all' }]),
    step: count,
    since: at,
    weight: number,
    candidate: id,
    stable: fc.option(id),
    hold: fc.option(fc.record({ cause: text, reason: text, since: at, until: at })),
    decides: text,
    promoted: fc.boolean(),
    warmUntil: fc.option(at),
    commanded: number,
    analyses: fc.array(
      fc.record({
        name: text,
        run: count,
        startedAt: at,
        verdict: fc.option(fc.constantFrom('passed', 'failed')),
        decidedAt: fc.option(at),
        reason: fc.option(text),
        metrics: fc.constant([]),
      }),
      { maxLength: 2 },
    ),
    curves: fc.constant({ candidate: [], stable: [] }),
  });
  const violation = fc.record({
    directive: fc.constantFrom('script-src', 'img-src'),
    blocked: text,
    document: text,
    count,
    firstSeen: at,
    lastSeen: at,
  });
  const application = fc.record({
    application: named,
    operation: fc.constantFrom(...operations),
    phase: fc.constantFrom(...phases),
    message: fc.option(text),
    running: fc.option(id),
    progress: fc.option(fc.record({ done: number, total: number })),
    modules: fc.constant([]),
    steps: fc.constant([]),
    rollout: fc.option(rollout),
    violations: fc.option(fc.record({ since: at, items: fc.array(violation, { maxLength: 3 }), dropped: count })),
    traffic: fc.array(fc.record({ build: id, requests: number, errors: number, p50: number, p99: number }), {
      maxLength: 2,
    }),
  });
  const report = fc.record({
    kind: fc.constant('report'),
    site: id,
    report: fc.record({
      incarnation: small,
      generation: small,
      sequence: fc.constant(placeOfSequence),
      at,
      site: id,
      environment: id,
      applications: fc.array(application, { maxLength: 3 }),
      gateway: fc.record({
        state: fc.constantFrom('serving', 'starting', 'unreachable'),
        frontPort: fc.option(port),
        message: fc.option(text),
      }),
      notices: fc.array(text, { maxLength: 2 }),
      disk: fc.record({ freeBytes: number, usedBytes: number }),
    }),
  });
  const occurrences = fc.record({
    kind: fc.constant('occurrences'),
    site: id,
    occurrences: fc.record({
      spool: id,
      items: fc.array(
        fc.record({
          number: count,
          kind: fc.constantFrom('rollout-succeeded', 'application-removed', 'order-refused'),
          application: fc.option(name),
          detail: text,
          by: fc.constantFrom('launcher', 'ada', 'the agent of bremen'),
          at,
        }),
        { minLength: 1, maxLength: 5 },
      ),
    }),
  });
  const answer = fc.record({
    kind: fc.constantFrom('log-chunk', 'log-refused', 'reconciled'),
    id,
    detail: text,
    files: count,
    chunk: fc.record({ text, next: count, instances: fc.array(text, { maxLength: 2 }) }),
  });
  const hello = fc.record({
    kind: fc.constant('hello'),
    site: id,
    agentVersion: fc.constant('hostile'),
    protocolVersion: fc.constantFrom(agentProtocol.version, '1.0', '99.0'),
    signature: fc.constantFrom('AAAA', randomUUID()),
    incarnation: count,
    generation: count,
  });
  const whole = fc.oneof(
    { weight: 4, arbitrary: report },
    { weight: 2, arbitrary: occurrences },
    { weight: 1, arbitrary: answer },
    { weight: 1, arbitrary: hello },
  );
  return fc.oneof(
    { weight: 10, arbitrary: whole.map((each) => JSON.stringify(each)) },
    { weight: 5, arbitrary: whole.chain((each) => spoil(each)).map((each) => JSON.stringify(each) ?? '') },
    {
      weight: 1,
      arbitrary: fc.constantFrom('', '{', '[]', 'null', '{"__proto__":{"kind":"report"}}', `"${'x'.repeat(300_000)}"`),
    },
  );
}

/** So many messages come on one connection. */
const together = 500;

/** Sends so many messages, replays and old ones between them; gives how many reports were taken. */
export async function harass(
  { hostile, known, beside }: HostileEstate,
  { messages, seed }: { readonly messages: number; readonly seed: number },
): Promise<number> {
  const drawn = fc.sample(hostileMessage(known), { numRuns: Math.min(messages, 5000), seed });
  for (let sent = 0; sent < messages; sent += 1) {
    const socket = await hostile.open();
    // Later rounds are the messages of earlier ones, in another order; every tenth report is a replay or comes too late.
    const text = drawn[(sent * 7919 + Math.floor(sent / drawn.length)) % drawn.length] ?? '';
    const sequence = sent % 10 === 9 ? Math.max(1, sent - 7) : sent + 1;
    socket.send(text.replace(`"sequence":${placeOfSequence}`, `"sequence":${sequence}`));
    if (sent % together !== together - 1) continue;
    await hostile.settle();
    // Somebody else is heard all the while.
    await beside.report([]);
  }
  await hostile.settle();
  return hostile.told.filter((each) => each.kind === 'report-seen').length;
}

/** Documents of other sites among those that the hostile one was told. */
export function foreignDocuments({ site, told }: HostileAgent): readonly string[] {
  return told.flatMap((message) => {
    if (message.kind !== 'desired') return [];
    const state = desiredState.parse(JSON.parse(message.document.payload));
    return state.site.id === site ? [] : [state.site.name];
  });
}

/** What timers write, and when somebody was last heard. */
const ofTimers = new Set([
  'outbox',
  'outbox_head',
  'audit',
  'audit_head',
  'audit_checkpoints',
  'jobs',
  'artifact_tokens',
  'notification_cursor',
]);

async function othersIn(session: pg.Client, site: string): Promise<string> {
  const { rows } = await session.query<{ name: string; key: string | null }>(
    `select tablename as name, (select column_name from information_schema.columns
       where table_name = tablename and column_name = 'site_id' limit 1) as key
     from pg_tables where schemaname = 'public' order by 1`,
  );
  const parts: string[] = [];
  for (const { name, key } of rows) {
    if (ofTimers.has(name)) continue;
    const column = name === 'sites' ? 'id' : key;
    const which = column === null ? '' : `where ${column} is distinct from '${site}'`;
    const { rows: all } = await session.query(
      `select (to_jsonb(t) - 'last_seen_at' - 'last_used_at' - 'reported_at' - 'report' - 'polled_at')::text as row
       from ${name} t ${which} order by 1`,
    );
    parts.push(`${name}: ${all.map(({ row }) => row).join(';')}`);
  }
  return parts.join('\n');
}
