import type { DesiredState, ReportedAnalysis } from '@almanac/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Receiver, startReceiver, until } from './features/notifications/receivers-for-tests.ts';
import { connectAgent, reportedApplication, reportedRollout, type ScriptedAgent } from './scripted-agent-for-tests.ts';
import {
  addApplication,
  builtResult,
  commitOf,
  type ServerForTests,
  scriptedBuilder,
  startServerForTests,
} from './server-for-tests.ts';

type Wanted = DesiredState['applications'][number];
const head = 'a'.repeat(40);
const steps = [{ weight: 10 }, { pause: 'until-resumed' }];

/** An analysis that has come to something. */
const decided = (verdict: ReportedAnalysis['verdict'], other: Partial<ReportedAnalysis> = {}): ReportedAnalysis => ({
  name: 'step-2',
  run: 0,
  startedAt: '2026-01-01T00:00:00.000Z',
  verdict,
  decidedAt: '2026-01-01T00:01:00.000Z',
  reason: 'p95 of 80 ms',
  metrics: [],
  ...other,
});
const hold = {
  cause: 'marginal',
  reason: 'the analysis cannot say that it is well',
  since: '2026-01-01T00:01:00.000Z',
  until: '2026-01-02T00:01:00.000Z',
};

describe('a rollout that a site tells of', () => {
  let tests: ServerForTests;
  let agent: ScriptedAgent;
  let wanted: Wanted;
  const send: ServerForTests['send'] = (request, options) => tests.send(request, options);
  const place = '/environments/production/rollouts/orders' as const;
  const ask = (what: string, body: object = { reason: 'because of the test' }) =>
    send(`POST ${place}/${what}`, { body });
  const step = (other: Parameters<typeof reportedRollout>[1] = {}, message: string | null = null) =>
    agent.report([
      reportedApplication(wanted, { phase: 'stepping', message, rollout: reportedRollout(wanted, other) }),
    ]);
  const commandTold = async (kind: string) => {
    const state = await agent.told((each) => each.applications[0]?.command?.kind === kind);
    return state.applications[0]?.command;
  };

  beforeAll(async () => {
    tests = await startServerForTests({ ALMANAC_OUTBOUND_INTERNAL: '127.0.0.1' });
    await send('POST /environments', { body: { name: 'production', displayName: 'Production', type: 'production' } });
    const { body } = await send('POST /sites', { body: { name: 'berlin', environment: 'production' } });
    agent = await connectAgent(tests, body.enrolment.token);
    await addApplication(tests, { name: 'orders', head });
    const builder = scriptedBuilder(tests);
    const job = await builder.claim();
    await builder.complete(job, await builtResult(tests, { name: 'orders', commits: [commitOf(head)] }));
    await send('POST /plans', {
      body: {
        environment: 'production',
        operations: [
          { kind: 'deploy', application: 'orders', source: { kind: 'latest' }, rollout: { strategy: 'canary', steps } },
        ],
        start: true,
      },
    });
    const staged = await agent.told((each) => each.applications.length === 1);
    await agent.report(staged.applications.map((each) => reportedApplication(each, { phase: 'staged' })));
    const state = await agent.told((each) => each.applications.some((one) => !one.stageOnly));
    [wanted] = state.applications as [Wanted];
  });
  afterAll(async () => {
    agent?.close();
    await tests?.stop();
  });

  it('names who decides in what the site is told', () => {
    expect(wanted).toMatchObject({ decides: 'launcher', command: null });
  });

  it('names the team that owns what follows its branch by itself', async () => {
    await send('POST /teams', { body: { name: 'web' } });
    await send('PUT /applications/orders/team', { body: { team: 'web' } });
    await send('POST /environments', {
      body: { name: 'floor', displayName: 'Floor', type: 'test', following: { kind: 'application-branch' } },
    });
    const { body } = await send('POST /sites', { body: { name: 'leeds', environment: 'floor' } });
    const there = await connectAgent(tests, body.enrolment.token);
    const commit = 'f'.repeat(40);
    await send('POST /applications/orders/push-events', { body: { commit } });
    const builder = scriptedBuilder(tests);
    await builder.complete(
      await builder.claimBuild(),
      await builtResult(tests, { name: 'orders', commits: [commitOf(commit)] }),
    );

    const { applications } = await there.told((each) => each.applications.length === 1);

    expect(applications).toMatchObject([{ decides: 'team web' }]);
    there.close();
  });

  it('takes over as its plan says, whatever the manifest does', () => {
    expect(wanted.strategy).toMatchObject({ strategy: 'canary', steps, holdLimit: 86_400 });
  });

  it('is shown with its steps, and its plan says what it waits for', async () => {
    await step({ hold }, 'waits for launcher: the analysis cannot say that it is well');

    const shown = await send(`GET ${place}`);
    expect(shown.body).toMatchObject({
      application: { name: 'orders' },
      plan: { number: 1 },
      waits: true,
      command: null,
      sites: [{ site: { name: 'berlin' }, online: true, phase: 'stepping', rollout: { step: 1, weight: 10 } }],
    });
    expect((await send('GET /environments/production/rollouts')).body.items).toHaveLength(1);
    let reason: string | null = null;
    for (let looks = 0; looks < 200 && reason === null; looks += 1)
      reason = (await send('GET /plans/1?wait=1')).body.reason;
    expect(reason).toBe('orders waits for launcher: the analysis cannot say that it is well (berlin)');
  });

  it('is told what people ask, by whom and why, with a number that grows, and the audit keeps it', async () => {
    await step({ hold });
    expect((await ask('resume', { reason: 'looked at it' })).status).toBe(200);
    const first = await commandTold('resume');
    await step();

    expect((await ask('skip', { step: 1, reason: 'no traffic at night' })).body.command).toMatchObject({
      kind: 'skip',
      by: 'launcher',
      reason: 'no traffic at night',
    });

    const second = await commandTold('skip');
    expect(second).toMatchObject({ operation: wanted.operation, step: 1, by: 'launcher' });
    expect(second?.number).toBeGreaterThan(first?.number ?? Number.POSITIVE_INFINITY);
    const { body } = await send('GET /audit?limit=10');
    expect(body.items).toContainEqual(
      expect.objectContaining({
        action: 'rollout-step-skipped',
        subject: 'environment:production application:orders',
        detail: expect.objectContaining({ reason: 'no traffic at night', step: 1 }),
      }),
    );
  });

  it.each([
    ['resume', {}, 409, 'waits for nobody'],
    ['skip', { step: 0, reason: 'the wrong one' }, 409, 'no site is at step 1'],
    ['abort', {}, 422, ''],
    ['promote', { reason: 'for another', operation: 'another' }, 409, 'look again'],
  ])('refuses %s with %o', async (what, body, status, detail) => {
    await step();

    const answer = await ask(what, body);

    expect(answer.status).toBe(status);
    expect(answer.body.detail).toContain(detail);
  });

  it('is asked of one site alone, and what was asked last counts, be it of one or of all', async () => {
    await step({ hold });
    const { body } = await ask('resume', { reason: 'berlin only', site: 'berlin' });
    expect(body).toMatchObject({ sites: [{ site: { name: 'berlin' }, command: { kind: 'resume', by: 'launcher' } }] });
    const alone = await commandTold('resume');
    expect(alone).toMatchObject({ reason: 'berlin only', operation: wanted.operation });
    await step();

    await ask('pause', { reason: 'everywhere' });
    const all = await commandTold('pause');
    expect(all?.number).toBeGreaterThan(alone?.number ?? Number.POSITIVE_INFINITY);

    const { body: audited } = await send('GET /audit?limit=10');
    expect(audited.items).toContainEqual(
      expect.objectContaining({
        action: 'rollout-resumed',
        subject: 'environment:production application:orders site:berlin',
      }),
    );
  });

  it('is not asked of a site that is not there, or in another environment', async () => {
    await send('POST /environments', {
      body: { name: 'development', displayName: 'Development', type: 'development' },
    });
    await send('POST /sites', { body: { name: 'munich', environment: 'development' } });

    for (const site of ['nowhere', 'munich'])
      expect(await ask('pause', { site })).toMatchObject({ status: 404, body: { code: 'not-found' } });
  });

  it('is asked by people who may deploy only', async () => {
    const { body } = await send('POST /principals', { body: { name: 'the-viewer', role: 'viewer' } });

    expect((await send(`POST ${place}/abort`, { as: body.secret, body: { reason: 'let me' } })).status).toBe(403);
    expect((await send(`GET ${place}`, { as: body.secret })).status).toBe(200);
  });

  it('keeps each verdict as it was told first', async () => {
    await step({ analyses: [decided('marginal')] });
    await step({
      analyses: [decided('pass'), decided('pass', { run: 1, reason: null, decidedAt: '2026-01-01T00:02:00.000Z' })],
    });

    expect((await send(`GET ${place}`)).body.verdicts).toMatchObject([
      { name: 'step-2', run: 1, verdict: 'pass' },
      { name: 'step-2', run: 0, verdict: 'marginal', reason: 'p95 of 80 ms', site: { name: 'berlin' } },
    ]);
    const session = await tests.connect();
    await expect(session.query(`update rollout_verdicts set verdict = 'pass'`)).rejects.toThrow('never changed');
  });

  describe('that waits for a person', () => {
    let receiver: Receiver;
    let paris: ScriptedAgent;
    const reportHold = (who: ScriptedAgent, other: Parameters<typeof reportedRollout>[1] = {}) =>
      who.report([
        reportedApplication(wanted, { phase: 'stepping', rollout: reportedRollout(wanted, { hold, ...other }) }),
      ]);
    const told = async (count: number) => {
      await until(`${count} notifications`, () => (receiver.received.length >= count ? true : undefined));
      return receiver.received.map((each) => JSON.parse(each.body));
    };

    beforeAll(async () => {
      receiver = await startReceiver();
      await send('POST /notifications/subscriptions', {
        body: {
          name: 'team',
          address: { kind: 'webhook', url: receiver.url },
          filter: { events: ['rollout-*'] },
        },
      });
      const { body } = await send('POST /sites', { body: { name: 'paris', environment: 'production' } });
      paris = await connectAgent(tests, body.enrolment.token);
      await paris.told((each) => each.applications.some((one) => one.operation === wanted.operation));
      await step();
    });
    afterAll(async () => {
      await paris?.report([reportedApplication(wanted)]);
      paris?.close();
      await receiver?.close();
    });

    it('tells who is asked for what, until when, and where, however many sites wait and say so again', async () => {
      const since = '2026-01-01T02:00:00.000Z';
      const analyses = [decided('marginal', { run: 6 })];
      await reportHold(agent, { hold: { ...hold, since }, analyses });
      await reportHold(agent, { hold: { ...hold, since }, analyses, weight: 11 });
      await reportHold(paris, { hold: { ...hold, since: '2026-01-01T02:00:07.000Z' }, analyses });
      // An analysis that was made anew and cannot tell either is another wait.
      const again = { ...hold, cause: 'insufficient-data', since: '2026-01-01T03:00:00.000Z' };
      await reportHold(agent, { hold: again, analyses: [decided('insufficient-data', { run: 7 })] });

      const [first, second, ...more] = (await told(2)).toSorted((a, b) => a.sequence.localeCompare(b.sequence));

      expect(more).toEqual([]);
      expect(first).toMatchObject({
        type: 'almanac.rollout.waiting',
        data: {
          kind: 'rollout-waiting',
          title: 'The rollout of orders in production waits for launcher',
          severity: 'warning',
          link: expect.stringMatching(/\/plans\/1$/),
          environment: { name: 'production' },
          application: { name: 'orders' },
          rollout: {
            operation: wanted.operation,
            plan: 1,
            cause: 'marginal',
            reason: 'the analysis cannot say that it is well',
            asked: expect.stringContaining('Resume it to have the analysis made anew'),
            step: '2 of 3: analysis',
            decides: 'launcher',
            until: hold.until,
          },
        },
      });
      expect(second.data.rollout).toMatchObject({ cause: 'insufficient-data', sites: ['berlin'] });
    });

    it.each([
      ['a pause without duration', 'step'],
      ['somebody who paused it', 'person'],
      ['an analysis that could not be made', 'error'],
    ])('tells of %s', async (_, cause) => {
      const before = receiver.received.length;

      await reportHold(agent, { hold: { ...hold, cause, since: `2026-01-01T04:00:0${before}.000Z` } });

      expect((await told(before + 1)).at(-1).data.rollout).toMatchObject({ cause, decides: 'launcher' });
    });

    it('is news for nobody once another version is on its way', async () => {
      const before = receiver.received.length;
      const old = { ...wanted, operation: 'an-earlier-one' };
      await agent.report([
        reportedApplication(old, {
          phase: 'stepping',
          rollout: reportedRollout(old, { hold: { ...hold, since: '2026-01-01T05:00:00.000Z' } }),
        }),
      ]);
      await reportHold(agent, { hold: { ...hold, cause: 'step', since: '2026-01-01T06:00:00.000Z' }, step: 2 });

      const [last, ...others] = (await told(before + 1)).slice(before);

      expect([last.data.rollout.step, others]).toEqual(['3 of 3: all requests', []]);
    });
  });

  it('takes no command once it is over', async () => {
    await agent.report([reportedApplication(wanted)]);

    expect(await ask('abort')).toMatchObject({ status: 409, body: { code: 'nothing-to-do' } });
    expect(await ask('promote')).toMatchObject({ status: 409, body: { code: 'nothing-to-do' } });
  });
});
