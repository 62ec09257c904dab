import { type Client, createClient } from '@almanac/client';
import { type Estate, endOf, loadSample, startEstate, waitUntil, whenRunning } from '@almanac/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commitGreeting, letThrough, planFor, repositoryOf } from './sample-estate.ts';

type Plan = Awaited<ReturnType<Client['getPlan']>>;

const quality = { kind: 'environment', environment: 'quality' } as const;
const fromDevelopment = { kind: 'environment', environment: 'development' } as const;
const deploy = (application: string) => ({ kind: 'deploy', application, source: fromDevelopment }) as const;
/** Open at any time of any day; or for an hour that begins in twelve. */
const always = { start: '2026-01-01T00:00', zone: 'UTC', duration: 'PT24H', rule: 'FREQ=DAILY' };
const later = () => ({
  start: new Date(Date.now() + 12 * 3_600_000).toISOString().slice(0, 16),
  zone: 'UTC',
  duration: 'PT1H',
  rule: 'FREQ=DAILY',
});

describe('a breaking change of the catalogue, on its way to Quality and back', () => {
  let estate: Estate;
  let desk: Client;
  let plan: Plan;
  const moments = { before: '', after: '' };

  const moment = async () => {
    const { at } = await estate.client.getEnvironmentState({ params: { environment: 'quality' }, query: {} });
    return at;
  };
  /** What is otherwise in Quality than it was. */
  const changedSince = async (at: string) => {
    const { applications } = await estate.client.getStateDifference({
      params: { environment: 'quality' },
      query: { from: at },
    });
    return applications.map((each) => each.application.name);
  };
  const setWindows = (window: typeof always) =>
    estate.client.setPolicy({
      body: { scope: quality, policy: { approvals: [{ name: 'release desk' }], windows: [window] } },
    });
  const pushGreeting = async (greeting: string) => {
    const commit = await commitGreeting(estate, greeting, `feat: ${greeting}`);
    await estate.client.reportPush({ params: { application: 'storefront' }, body: { commit } });
    await whenRunning(estate.client, { application: 'storefront', commit });
  };
  const approve = async ({ id }: Plan) => {
    const { content } = await desk.getPlan({ params: { plan: id } });
    return desk.approvePlan({ params: { plan: id }, body: { content, comment: 'looked at it' } });
  };
  const succeeds = async ({ id }: Plan) => {
    const ended = await endOf(estate.client, id);
    expect(ended).toMatchObject({ state: 'succeeded', reason: null });
    return ended;
  };

  beforeAll(async () => {
    estate = await startEstate();
    await loadSample(estate.client, 110);
    // What the sample begins with was built before there was a catalogue to build against.
    await pushGreeting('Built against the catalogue.');
    const first = await estate.client.createPlan({
      body: { environment: 'quality', differences: { from: 'development' }, start: true },
    });
    await succeeds(first);
    moments.before = await moment();
    await setWindows(later());
    const { secret } = await estate.client.createPrincipal({ body: { name: 'release-desk', role: 'approver' } });
    desk = createClient({ baseUrl: estate.url, token: secret });
  });

  afterAll(async () => {
    await estate?.stop();
    await estate?.remove();
  });

  it('does not get into Development by itself: whose operation it breaks is told first', async () => {
    const catalog = await repositoryOf(estate, 'catalog');
    const commit = await catalog.edit(
      'api/openapi.yaml',
      (text) => text.replace('          in: query\n', '          in: query\n          required: true\n'),
      'feat!: every list is of one category',
    );
    await estate.client.reportPush({ params: { application: 'catalog' }, body: { commit } });
    const draft = await planFor(estate, { application: 'catalog', commit });

    expect(draft.state).toBe('draft');
    expect(draft.findings).toMatchObject([
      {
        code: 'element-incompatible',
        consumer: { application: { name: 'storefront' }, module: 'web' },
        producer: { application: { name: 'catalog' }, module: 'api' },
        elements: ['GET /products'],
      },
    ]);

    // Development may break for as long as the storefront is mended there; who said so is on record.
    await letThrough(estate, draft);
    await succeeds(draft);
    await pushGreeting('One category at a time.');
  });

  it('is caught on the way to Quality, and completed with the storefront that was built against it', async () => {
    const alone = { environment: 'quality' };
    const impact = await estate.client.analyseImpact({ params: alone, body: { operations: [deploy('catalog')] } });
    const completion = await estate.client.completePlan({ params: alone, body: { operations: [deploy('catalog')] } });

    expect(impact.findings).toMatchObject([
      { code: 'element-incompatible', consumer: { application: { name: 'storefront' } }, elements: ['GET /products'] },
    ]);
    expect(completion).toMatchObject({
      outcome: 'complete',
      proven: true,
      operations: [{ kind: 'deploy', application: { name: 'storefront' } }],
      remaining: [],
    });
  });

  it('waits for a second person and for its window, and then goes producer first', async () => {
    plan = await estate.client.createPlan({
      body: { environment: 'quality', operations: [deploy('catalog'), deploy('storefront')], start: true },
    });
    expect(plan.state).toBe('awaiting-approval');
    await expect(
      estate.client.approvePlan({ params: { plan: plan.id }, body: { content: plan.content } }),
    ).rejects.toMatchObject({ message: expect.stringMatching(/compose|request/) });
    const approved = await approve(plan);
    const waiting = await waitUntil('the plan to wait for its window', async () => {
      const found = await estate.client.getPlan({ params: { plan: approved.id } });
      return found.state === 'scheduled' && found;
    });
    expect(waiting.startedAt).toBeNull();
    expect(await changedSince(moments.before)).toEqual([]);

    await setWindows(always);
    const ended = await succeeds(plan);

    const [producer, consumer] = ['catalog', 'storefront'].map((name) =>
      ended.operations.find((each) => each.application.name === name),
    );
    expect(Date.parse(producer?.endedAt ?? '')).toBeLessThanOrEqual(Date.parse(consumer?.startedAt ?? ''));
    expect(await changedSince(moments.before)).toEqual(['catalog', 'storefront']);
    moments.after = await moment();
  });

  it('is rolled back as a whole', async () => {
    const back = await estate.client.rollBackPlan({ params: { plan: plan.id }, body: { start: true } });
    expect(back.findings.filter((each) => each.severity === 'error')).toEqual([]);
    await approve(back);
    await succeeds(back);

    expect(await changedSince(moments.before)).toEqual([]);
  });

  it('is had again with the state of a moment that was', async () => {
    const restore = await estate.client.restoreEnvironment({
      params: { environment: 'quality' },
      body: { at: moments.after, start: true },
    });
    await approve(restore);
    await succeeds(restore);

    expect(await changedSince(moments.after)).toEqual([]);
    expect(await changedSince(moments.before)).toEqual(['catalog', 'storefront']);
  });
});
