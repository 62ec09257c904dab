import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { privateDirectory } from '@almanac/host';
import pg from 'pg';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type Mailbox,
  type Receiver,
  startMailbox,
  startReceiver,
  until,
} from './features/notifications/receivers-for-tests.ts';
import {
  addApplication,
  builtResult,
  commitOf,
  type ServerForTests,
  scriptedBuilder,
  startServerForTests,
} from './server-for-tests.ts';
import { type ServerProcess, startServerProcess } from './server-process-for-tests.ts';

const head = 'a'.repeat(40);

describe('notifications', () => {
  let tests: ServerForTests;
  let mailbox: Mailbox;
  let receiver: Receiver;
  let session: pg.Client;

  beforeAll(async () => {
    mailbox = await startMailbox({ tls: false });
    tests = await startServerForTests({
      ALMANAC_OUTBOUND_INTERNAL: '127.0.0.1',
      ALMANAC_SMTP_URL: `smtp://almanac@127.0.0.1:${mailbox.port}`,
      ALMANAC_SMTP_PASSWORD: 'let me in',
      ALMANAC_SMTP_STARTTLS: 'never',
      ALMANAC_MAIL_FROM: 'almanac@example.com',
    });
    session = await tests.connect();
    await addApplication(tests, { name: 'orders', head });
    await tests.send('POST /environments', { body: { name: 'quality', displayName: 'Quality', type: 'test' } });
    await tests.send('POST /environments', { body: { name: 'production', displayName: 'P', type: 'production' } });
    const builder = scriptedBuilder(tests);
    await builder.complete(
      await builder.claim(),
      await builtResult(tests, { name: 'orders', commits: [commitOf(head)] }),
    );
  });
  afterAll(async () => {
    await tests.stop();
    await mailbox.close();
  });
  beforeEach(async () => {
    receiver = await startReceiver();
  });
  afterEach(async () => {
    for (const { name, revision } of (await tests.send('GET /notifications/subscriptions')).body.items)
      await tests.send(`DELETE /notifications/subscriptions/${name}`, { headers: { 'if-match': `"${revision}"` } });
    await receiver.close();
  });

  const subscribe = async (given: Readonly<Record<string, unknown>> = {}) =>
    (
      await tests.send('POST /notifications/subscriptions', {
        body: { name: 'team', address: { kind: 'webhook', url: receiver.url }, ...given },
      })
    ).body;
  const show = async (name = 'team') => (await tests.send(`GET /notifications/subscriptions/${name}`)).body;
  const deliveries = async (name = 'team') =>
    (await tests.send(`GET /notifications/subscriptions/${name}/deliveries`)).body.items;
  const drafted = async (environment = 'quality') =>
    (
      await tests.send('POST /plans', {
        body: { environment, operations: [{ kind: 'deploy', application: 'orders', source: { kind: 'latest' } }] },
      })
    ).body;
  const received = (kind: string) =>
    until(kind, () => receiver.received.find((each) => JSON.parse(each.body).data.kind === kind));
  /** What waits for its next attempt is due at once. */
  const dueNow = () => session.query(`update notification_deliveries set due_at = now() where state = 'pending'`);

  it('tell of a plan as it goes, signed, with an id that stays', async () => {
    const { secret } = await subscribe();

    const plan = await drafted();
    await tests.send(`POST /plans/${plan.number}/cancel`, { body: {} });
    const [made, cancelled] = [await received('plan-created'), await received('plan-cancelled')];

    const verified = new Webhook(secret).verify(cancelled.body, cancelled.headers as Record<string, string>);
    expect(verified).toMatchObject({
      specversion: '1.0',
      type: 'almanac.plan.cancelled',
      subject: `plan/${plan.number}`,
      id: cancelled.headers['webhook-id'],
      data: {
        environment: { name: 'quality', type: 'test' },
        plan: { number: plan.number, state: 'cancelled', was: 'draft', requestedBy: 'launcher' },
      },
    });
    expect(cancelled.headers['content-type']).toBe('application/cloudevents+json; charset=utf-8');
    expect(JSON.parse(made.body).data.plan.operations).toMatchObject([
      { application: { name: 'orders' }, before: null },
    ]);
    expect(JSON.parse(made.body).sequence < JSON.parse(cancelled.body).sequence).toBe(true);
    // What is sent again, because no answer came in time, has the id of the first time and stands as an attempt.
    expect(new Set(receiver.received.map((each) => each.headers['webhook-id'])).size).toBe(2);
    const attempts = await until('each attempt to be kept', async () => {
      const told = await deliveries();
      const ended = told.length === 2 && told.every((each: { state: string }) => each.state === 'delivered');
      return ended
        ? told.reduce((sum: number, each: { attempts: unknown[] }) => sum + each.attempts.length, 0)
        : undefined;
    });
    expect(receiver.received).toHaveLength(attempts);
  });

  it('tell nothing that happened before they were subscribed to', async () => {
    // While somebody holds this row nobody reads on: both plans are read of after the subscription was made.
    await session.query('begin');
    await session.query('select position from notification_cursor for update');
    const before = await drafted();
    await subscribe();
    const after = await drafted();
    await session.query('commit');

    const told = await received('plan-created');

    expect(JSON.parse(told.body).data.plan.number).toBe(after.number);
    expect(after.number).toBeGreaterThan(before.number);
    expect(await deliveries()).toHaveLength(1);
  });

  it('tell of builds, and of versions', async () => {
    await subscribe({ filter: { events: ['build-*', 'version-created'] } });
    const builder = scriptedBuilder(tests);

    await tests.send('POST /applications/orders/builds', { body: {} });
    await builder.complete(await builder.claim(), {
      kind: 'fault',
      fault: { outcome: 'failed', code: 'tests-failed', detail: 'two tests failed' },
      evidence: [],
      commits: [],
    });
    const failed = JSON.parse((await received('build-failed')).body);

    expect(failed).toMatchObject({
      type: 'almanac.build.failed',
      data: { application: { name: 'orders' }, build: { state: 'failed', fault: { detail: 'two tests failed' } } },
    });
    const [build] = (await tests.send('GET /applications/orders/builds?limit=50')).body.items.filter(
      (each: { state: string }) => each.state === 'succeeded',
    );
    await tests.send('POST /applications/orders/versions', { body: { build: build.id } });
    expect(JSON.parse((await received('version-created')).body).data.version.number).toBe('0.1.0');
  });

  it('go only to those who want them', async () => {
    const other = await startReceiver();
    await subscribe({ filter: { events: ['plan-created'], environments: ['production'] } });
    await subscribe({ name: 'other', address: { kind: 'webhook', url: other.url }, filter: { events: ['plan-*'] } });

    await drafted('quality');
    await drafted('production');
    await received('plan-created');
    await until('both', () => (other.received.length === 2 ? true : undefined));

    expect(receiver.received.map((each) => JSON.parse(each.body).data.environment.name)).toEqual(['production']);
    await other.close();
  });

  it('keep their secret: it is shown once, and neither lists, nor the audit record, nor the database hold it', async () => {
    const { secret } = await subscribe();

    const shown = JSON.stringify([
      await show(),
      (await tests.send('GET /notifications/subscriptions')).body,
      (await tests.send('GET /audit?limit=200')).body,
      (await session.query('select * from notification_secrets')).rows,
    ]);

    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(shown).not.toContain(secret.slice(6));
  });

  it('are signed with both secrets while a receiver changes over, and with the newest alone on request', async () => {
    const first = (await subscribe()).secret;
    const rotate = async (overlapHours: number) =>
      (await tests.send('POST /notifications/subscriptions/team/secret', { body: { overlapHours } })).body.secret;

    const second = await rotate(24);
    await tests.send('POST /notifications/subscriptions/team/test');
    const third = await rotate(0);
    await tests.send('POST /notifications/subscriptions/team/test');

    const accepts = (secret: string) =>
      receiver.received.map(({ body, headers }) => {
        try {
          new Webhook(secret).verify(body, headers as Record<string, string>);
          return true;
        } catch {
          return false;
        }
      });
    expect([first, second, third].map(accepts)).toEqual([
      [true, false],
      [true, false],
      [false, true],
    ]);
    expect((await show()).secrets).toHaveLength(1);
  });

  it('that a receiver refuses are tried again, with the same id, and each attempt is seen', async () => {
    receiver.answers.push({ status: 500, body: 'not now' }, { status: 204 });
    await subscribe();

    await drafted();
    const waiting = await until('a failed attempt', async () =>
      (await deliveries()).find((each: { attempts: { outcome: string }[] }) => each.attempts[0]?.outcome === 'failed'),
    );
    await dueNow();
    const done = await until('its end', async () =>
      (await deliveries()).find((each: { state: string }) => each.state === 'delivered'),
    );

    expect(waiting).toMatchObject({ state: 'pending', dueAt: expect.any(String), endedAt: null });
    expect(done.attempts).toMatchObject([
      { number: 1, outcome: 'failed', status: 500, detail: 'answered 500', response: 'not now' },
      { number: 2, outcome: 'delivered', status: 204, detail: null },
    ]);
    expect(new Set(receiver.received.map((each) => each.headers['webhook-id'])).size).toBe(1);
    expect(await show()).toMatchObject({ state: 'active', failures: 0, failingSince: null });
  });

  it('are paused with the reason when a receiver fails for long, held meanwhile, and sent after a resume', async () => {
    receiver.answers.push({ status: 500 });
    await subscribe({ filter: { events: ['plan-*'] } });
    await session.query(
      `update notification_subscriptions set failures = 4, failing_since = now() - interval '2 hours'`,
    );

    await drafted();
    const paused = await until('the pause', async () => {
      const found = await show();
      return found.state === 'paused' ? found : undefined;
    });
    await drafted();
    const held = await until('both held', async () => {
      const found = await deliveries();
      return found.length === 2 ? found : undefined;
    });
    const before = receiver.received.length;
    receiver.answers.splice(0, 1, { status: 204 });
    await tests.send('POST /notifications/subscriptions/team/resume', { body: {} });
    await until('both delivered', async () => ((await show()).deliveries.delivered === 2 ? true : undefined));

    expect(paused.pausedReason).toMatch(/5 attempts in a row failed, over 1\d\d minutes; the last: answered 500/);
    expect(held.map((each: { dueAt: string | null }) => each.dueAt)).toEqual([null, null]);
    expect(receiver.received.length).toBe(before + 2);
    expect(await show()).toMatchObject({ state: 'active', pausedReason: null, failures: 0 });
  });

  it('are paused at once when the receiver says that it is gone, and dropped on request', async () => {
    receiver.answers.push({ status: 410 });
    await subscribe({ filter: { events: ['plan-*'] } });

    await drafted();
    await until('the pause', async () => ((await show()).state === 'paused' ? true : undefined));
    const answered = await tests.send('POST /notifications/subscriptions/team/resume', { body: { held: 'drop' } });

    expect(answered.body).toMatchObject({ state: 'active', deliveries: { pending: 0, givenUp: 1 } });
    const again = await tests.send('POST /notifications/subscriptions/team/resume', { body: {} });
    expect(again).toMatchObject({ status: 409, body: { code: 'wrong-state' } });
  });

  it('are sent again on request', async () => {
    await subscribe({ filter: { events: ['plan-*'] } });
    await drafted();
    const done = await until('its end', async () =>
      (await deliveries()).find((each: { state: string }) => each.state === 'delivered'),
    );

    await tests.send(`POST /notifications/deliveries/${done.id}/retry`);
    await until('the second one', () => (receiver.received.length === 2 ? true : undefined));

    expect(new Set(receiver.received.map((each) => each.headers['webhook-id']))).toEqual(
      new Set([done.notification.id]),
    );
  });

  it('can be tested, also while paused; a failed test is held against nobody', async () => {
    await subscribe();
    await tests.send('POST /notifications/subscriptions/team/pause', { body: { reason: 'moving house' } });

    const well = await tests.send('POST /notifications/subscriptions/team/test');
    receiver.answers.push({ status: 500, body: 'no' });
    const ill = await tests.send('POST /notifications/subscriptions/team/test');

    expect(well.body).toMatchObject({ state: 'delivered', attempts: [{ outcome: 'delivered', status: 204 }] });
    expect(ill.body).toMatchObject({
      state: 'given-up',
      notification: { kind: 'test' },
      attempts: [{ outcome: 'failed', status: 500, response: 'no' }],
    });
    expect(await show()).toMatchObject({
      state: 'paused',
      pausedReason: 'paused by launcher: moving house',
      failures: 0,
    });
  });

  it('go by e-mail too, as text and HTML', async () => {
    await subscribe({ name: 'people', address: { kind: 'email', to: ['ada@example.com'] } });

    const plan = await drafted();
    const letter = await until('a letter', () =>
      mailbox.letters.find((each) => each.text.includes(`Plan ${plan.number}`)),
    );

    expect(letter.to).toEqual(['ada@example.com']);
    expect(letter.text).toMatch(/^Subject: \[Almanac\] Plan \d+ for quality was made/m);
    expect(letter.text).toContain('text/plain');
    expect(letter.text).toContain('text/html');
  });

  it('tell once of a site that went silent, and once that it is heard again', async () => {
    await tests.send('POST /sites', { body: { name: 'berlin', environment: 'quality' } });
    await subscribe({ filter: { events: ['site-*'] } });
    // Silent for an hour, and seen so for a minute: nobody waits for that here.
    const silence = async (minutes: number) => {
      await session.query(`update sites set last_seen_at = now() - make_interval(mins => $1) where name = 'berlin'`, [
        minutes,
      ]);
      await until('it to be seen', async () => {
        const { rows } = await session.query(
          `update notification_levels set seen_since = now() - interval '1 minute' where seen = $1 and told <> seen returning subject`,
          [minutes === 0 ? 'heard' : 'silent'],
        );
        return rows.length > 0 ? true : undefined;
      });
    };

    await silence(60);
    const silent = JSON.parse((await received('site-silent')).body);
    await silence(0);
    await received('site-back');

    expect(silent.data).toMatchObject({
      site: { name: 'berlin' },
      environment: { name: 'quality' },
      severity: 'warning',
    });
    expect(receiver.received).toHaveLength(2);
  }, 120_000);

  it('tell once of an application that fails, and once that it is well again', async () => {
    await tests.send('POST /sites', { body: { name: 'hamburg', environment: 'production' } });
    await subscribe({ filter: { events: ['application-*'] } });
    const operation = '0198c2a4-0000-7000-8000-00000000000a';
    await session.query(`update sites set last_seen_at = now() where name = 'hamburg'`);
    await session.query(
      `insert into targets (environment_id, application_id, build_id, operation, settings, settings_hash, plan_id, since)
       select e.id, b.application_id, b.id, $1, '{}', '', gen_random_uuid(), now()
       from environments e, builds b where e.name = 'production' and b.state = 'succeeded' limit 1`,
      [operation],
    );
    const says = async (phase: string, message: string | null) => {
      await session.query(
        `insert into site_applications (site_id, application_id, operation, phase, message)
         select s.id, a.id, $1, $2, $3 from sites s, applications a where s.name = 'hamburg'
         on conflict (application_id, site_id, operation) do update set phase = excluded.phase, message = excluded.message`,
        [operation, phase, message],
      );
      await until('it to be seen', async () => {
        const { rows } = await session.query(
          `update notification_levels set seen_since = now() - interval '1 minute'
           where seen = $1 and told <> seen and subject like 'application:%' returning subject`,
          [phase],
        );
        return rows.length > 0 ? true : undefined;
      });
    };

    await says('failed', 'it crashed 5 times');
    const failed = JSON.parse((await received('application-failed')).body);
    await says('healthy', null);
    const recovered = JSON.parse((await received('application-recovered')).body);
    await session.query('delete from targets');

    expect(failed.data).toMatchObject({
      title: 'orders in production failed',
      application: { name: 'orders' },
      environment: { name: 'production', type: 'production' },
      health: { now: 'failed', was: 'healthy', messages: ['hamburg: it crashed 5 times'] },
    });
    expect(recovered.data.health).toMatchObject({ now: 'healthy', was: 'failed' });
    expect(receiver.received).toHaveLength(2);
  }, 120_000);

  it.each([
    [{ name: 'Team' }, 'invalid-request'],
    [{ filter: { events: ['plan-exploded'] } }, 'invalid-request'],
    [{ filter: { environments: ['nowhere'] } }, 'not-found'],
    [{ address: { kind: 'webhook', url: 'http://192.168.0.1/hook' } }, 'invalid-request'],
    [{ address: { kind: 'webhook', url: 'https://[::1]/hook' } }, 'invalid-request'],
    [{ address: { kind: 'webhook', url: 'http://hooks.example.com/' } }, 'invalid-request'],
    [{ address: { kind: 'webhook', url: 'https://me:secret@hooks.example.com/' } }, 'invalid-request'],
    [{ address: { kind: 'webhook', url: 'file:///etc/passwd' } }, 'invalid-request'],
    [{ address: { kind: 'email', to: ['ada@example.com\r\nBcc: eve@example.com'] } }, 'invalid-request'],
    [{ address: { kind: 'email', to: [] } }, 'invalid-request'],
  ])('refuse %j', async (given, code) => {
    expect(await subscribe(given)).toMatchObject({ code });
  });

  it('refuse a taken name, an older revision, and whoever may not', async () => {
    const { revision } = await subscribe();

    expect(await subscribe()).toMatchObject({ code: 'name-taken' });
    const headers = { 'if-match': `"${revision + 1}"` };
    expect((await tests.send('DELETE /notifications/subscriptions/team', { headers })).body).toMatchObject({
      code: 'revision-mismatch',
    });
    expect((await tests.send('GET /notifications/subscriptions', { as: tests.builder })).status).toBe(403);
    expect((await tests.send('GET /notifications/subscriptions', { as: null })).status).toBe(401);
  });

  it('are changed by whoever saw the newest, and end with their subscription', async () => {
    const { revision } = await subscribe();
    const changed = await tests.send('PATCH /notifications/subscriptions/team', {
      headers: { 'if-match': `"${revision}"` },
      body: { name: 'crew', filter: { applications: ['orders'] } },
    });

    expect(changed.body).toMatchObject({ name: 'crew', filter: { applications: [{ name: 'orders' }] } });
    const headers = { 'if-match': `"${changed.body.revision}"` };
    expect((await tests.send('DELETE /notifications/subscriptions/crew', { headers })).status).toBe(204);
    expect((await tests.send('GET /notifications/subscriptions/crew')).status).toBe(404);
  });
});

// Each starts a server process twice, which takes its time on a busy machine.
describe('a server that is killed', { timeout: 120_000 }, () => {
  let directory: string;
  let receiver: Receiver;
  let running: ServerProcess[];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'almanac killed '));
    receiver = await startReceiver();
    running = [];
  });
  afterEach(async () => {
    for (const server of running) await server.end('SIGKILL');
    await receiver.close();
    await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  });

  const start = async (environment: Readonly<Record<string, string>> = {}) => {
    const server = startServerProcess({
      ALMANAC_DATA: join(directory, 'data'),
      ALMANAC_BOOTSTRAP_TOKENS: join(directory, 'tokens'),
      ALMANAC_OUTBOUND_INTERNAL: '127.0.0.1',
      ALMANAC_FAILPOINT_FIRED: directory,
      ...environment,
    });
    running.push(server);
    const { url } = await server.told;
    if (url === undefined) throw new Error(`the server did not start: ${server.complaints.join('')}`);
    const token = (await readFile(join(directory, 'tokens', 'launcher'), 'utf8')).trim();
    const post = async (path: string, body: unknown) => {
      const answer = await fetch(`${url}/api/v1${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify(body),
      });
      return answer.json();
    };
    return { server, post };
  };
  const subscribe = (post: Awaited<ReturnType<typeof start>>['post']) =>
    post('/notifications/subscriptions', { name: 'team', address: { kind: 'webhook', url: receiver.url } });
  const openSession = async () => {
    const client = new pg.Client({
      host: privateDirectory(join(directory, 'data', 'postgres')),
      port: 5432,
      user: 'almanac',
      database: 'postgres',
    });
    // It breaks when the server is killed.
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };

  it('between an event and its deliveries tells it after its next start', async () => {
    const before = await start();
    await subscribe(before.post);
    const session = await openSession();
    const plan = await plantPlan(session);
    await session.end();
    await before.server.end('SIGKILL');
    await start();

    const told = await until('the notification', () => receiver.received[0]);

    expect(JSON.parse(told.body).data.plan.number).toBe(plan);
  });

  it.each([
    ['before', 1],
    ['after', 2],
  ])(
    '%s it sent a notification sends it after its next start, and a repeated one has the same id',
    async (side, times) => {
      const before = await start({ ALMANAC_FAILPOINT: `notification-${side}-send:kill` });
      await subscribe(before.post);
      const session = await openSession();
      await plantPlan(session);
      await before.server.ended;
      await session.end().catch(() => undefined);
      await start({ ALMANAC_FAILPOINT: `notification-${side}-send:kill` });
      const after = await openSession();
      // The claim of the node that died ends in a minute; nobody waits for that here.
      await after.query(`update notification_deliveries set claimed_until = now()`);

      await until('the notification', () => (receiver.received.length >= times ? true : undefined));
      const attempts = await until('its end', async () => {
        const { rows } = await after.query(`select outcome from notification_attempts order by number`);
        return rows.at(-1)?.outcome === 'delivered' ? rows.map((each) => each.outcome) : undefined;
      });
      await after.end();

      expect(receiver.received).toHaveLength(times);
      expect(new Set(receiver.received.map((each) => each.headers['webhook-id'])).size).toBe(1);
      expect(attempts).toEqual(['lost', 'delivered']);
    },
  );
});

/** Commits a plan with its event as a command does, without a builder and an application for it. */
async function plantPlan(session: pg.Client): Promise<number> {
  const environment = '0198c2a4-0000-7000-8000-000000000001';
  const plan = '0198c2a4-0000-7000-8000-000000000002';
  const number = 7;
  const body = {
    id: plan,
    number,
    environment,
    state: 'draft',
    reason: null,
    failurePolicy: 'stop',
    neighbours: [],
    operations: [],
  };
  await session.query('begin');
  await session.query(
    `insert into environments (id, name, display_name, type, position, following, created_at) values ($1, 'quality', 'Quality', 'test', 0, '{"kind":"none"}', now())`,
    [environment],
  );
  await session.query(
    `insert into plans (id, number, environment_id, state, body, application_ids, origin, notes, requested_by, findings, created_at)
     values ($1, $2, $3, 'draft', $4, '{}', 'composed', '', 'ada', '[]', now())`,
    [plan, number, environment, JSON.stringify(body)],
  );
  await session.query(`insert into outbox (id, kind, subject) values (gen_random_uuid(), 'plan-changed', $1)`, [
    JSON.stringify({ plan, environment, state: 'draft' }),
  ]);
  await session.query('commit');
  return number;
}
