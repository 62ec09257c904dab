import type { Violation } from '@almanac/protocol/gateway';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectAgent, reportedApplication, type ScriptedAgent } from './scripted-agent-for-tests.ts';
import {
  addApplication,
  builtResult,
  commitOf,
  type ServerForTests,
  scriptedBuilder,
  startServerForTests,
} from './server-for-tests.ts';

let tests: ServerForTests;
let agent: ScriptedAgent;
const ofEnvironment = '/environments/production/response-headers' as const;
const ofShop = `${ofEnvironment}/shop` as const;
const set = (path: `/${string}`, revision: number, body: unknown, as?: string) =>
  tests.send(`PUT ${path}`, { body, headers: { 'if-match': `"${revision}"` }, ...(as === undefined ? {} : { as }) });
const csp = (directives: Readonly<Record<string, readonly string[] | null>>, mode = 'enforce') => ({
  contentSecurity: { mode, directives },
});
const seen = (second: number) => new Date(Date.now() - 60_000 + second * 1000).toISOString();
const aViolation = (other: Partial<Violation> = {}): Violation => ({
  directive: 'script-src-elem',
  blocked: 'https://cdn.example',
  document: '/cart',
  count: 1,
  firstSeen: seen(0),
  lastSeen: seen(0),
  ...other,
});

beforeAll(async () => {
  tests = await startServerForTests();
  await tests.send('POST /environments', {
    body: { name: 'production', displayName: 'Production', type: 'production' },
  });
  const { body: site } = await tests.send('POST /sites', { body: { name: 'north', environment: 'production' } });
  agent = await connectAgent(tests, site.enrolment.token);
  await addApplication(tests, { name: 'shop', head: '1'.repeat(40) });
  const builder = scriptedBuilder(tests);
  const job = await builder.claim();
  await builder.complete(job, await builtResult(tests, { name: 'shop', commits: [commitOf('1'.repeat(40))] }));
  await tests.send('POST /plans', {
    body: {
      environment: 'production',
      operations: [{ kind: 'deploy', application: 'shop', source: { kind: 'latest' } }],
      start: true,
    },
  });
  await agent.told((state) => state.applications.some((each) => each.application.name === 'shop'));
});
afterAll(async () => {
  agent.close();
  await tests.stop();
});

describe('what responses carry', () => {
  it('is nothing at first, and then what the environment says, at its sites without another operation', async () => {
    const before = await agent.told((state) => state.applications.length > 0);
    expect(before.answers).toEqual([]);
    expect((await tests.send(`GET ${ofShop}`)).body).toMatchObject({ headers: [], revision: 0, previous: null });

    const answer = await set(ofEnvironment, 0, {
      ...csp({ 'default-src': ["'self'"] }),
      referrerPolicy: 'no-referrer',
    });

    expect(answer).toMatchObject({ status: 200, body: { revision: 1, application: null, inherited: null } });
    const { answers, applications } = await agent.told((state) => state.answers.length > 0);
    expect(answers[0]?.collectsReports).toBe(true);
    expect(answers[0]?.headers.map(({ name, over }) => [name, over])).toEqual([
      ['content-security-policy', 'plain'],
      ['content-security-policy', 'tls'],
      ['referrer-policy', 'any'],
      ['reporting-endpoints', 'tls'],
    ]);
    expect(applications[0]?.operation).toBe(before.applications[0]?.operation);
  });

  it('is what the application says, directive by directive, with who said it, and is taken back', async () => {
    const answer = await set(ofShop, 0, csp({ 'img-src': ['*'] }, 'report-only'));

    expect(answer.body.headers[0]).toMatchObject({
      name: 'content-security-policy-report-only',
      value: "default-src 'self'; img-src *",
      parts: [
        { value: "default-src 'self'", source: 'environment' },
        { value: 'img-src *', source: 'application' },
      ],
      whenSent: { value: 'keep', source: 'built-in' },
    });
    expect(answer.body.warnings.join(' ')).toContain('keeps its own');
    await agent.told((state) => state.answers[0]?.headers[0]?.name === 'content-security-policy-report-only');

    const undone = await set(ofShop, 1, answer.body.previous);

    expect(undone.body).toMatchObject({ revision: 2, policy: {}, previous: csp({ 'img-src': ['*'] }, 'report-only') });
    await agent.told((state) => state.answers[0]?.headers[0]?.name === 'content-security-policy');
  });

  it('is refused with the place of each fault, and nothing changes', async () => {
    const answer = await set(ofShop, 2, csp({ 'img-src': ["'self'; script-src *"], 'script-src': ['self'] }));

    expect(answer).toMatchObject({ status: 422, body: { code: 'invalid-request' } });
    expect(answer.body.errors.map((each: { readonly pointer: string }) => each.pointer)).toEqual([
      '/contentSecurity/directives/script-src/0',
      '/contentSecurity/directives/img-src/0',
    ]);
    expect((await set(ofShop, 2, csp({ 'report-uri': ['https://elsewhere.example'] }))).status).toBe(422);
    expect((await tests.send(`GET ${ofShop}`)).body.revision).toBe(2);
  });

  it('is changed by one of two who read the same', async () => {
    const answers = await Promise.all([1, 2].map(() => set(ofShop, 2, { openerPolicy: 'same-origin' })));

    expect(answers.map((each) => each.status).toSorted((one, other) => one - other)).toEqual([200, 412]);
  });

  it('is in the audit with who changed it', async () => {
    const { body } = await tests.send('GET /audit?action=response-headers-changed');

    expect(body.items[0]).toMatchObject({
      subject: 'environment:production application:shop',
      detail: { policy: { openerPolicy: 'same-origin' } },
    });
  });
});

describe('violations that sites tell', () => {
  const told = async (since: string, items: readonly Violation[], dropped = 0) => {
    const state = await agent.told((each) => each.applications.length > 0);
    const [wanted] = state.applications;
    if (wanted === undefined) throw new Error('no application');
    await agent.report([reportedApplication(wanted, { violations: { since, items: [...items], dropped } })]);
  };
  const listed = async () => (await tests.send(`GET ${ofShop}/violations`)).body;

  it('count once however often they are told, and go on counting in another run of the data plane', async () => {
    const [first, second] = [seen(0), seen(30)];
    await told(first, [aViolation({ count: 3 })]);
    await told(first, [aViolation({ count: 5, lastSeen: seen(10) })], 7);
    await told(
      second,
      [aViolation({ count: 2, firstSeen: seen(40), lastSeen: seen(41) }), aViolation({ blocked: 'inline' })],
      7,
    );

    const { items, dropped } = await listed();

    expect(dropped).toBe(7);
    expect(items).toHaveLength(2);
    expect(items[0]).toMatchObject({ blocked: 'https://cdn.example', document: '/cart', count: 7, sites: 1 });
    expect(items[0].proposal).toEqual({
      kind: 'allow',
      directive: 'script-src',
      sources: ["'self'", 'https://cdn.example'],
      warning: null,
    });
    expect(items[1].proposal.warning).toContain('smuggled in');
  });

  it('are said to be allowed once the proposal is set', async () => {
    const { body } = await tests.send(`GET ${ofShop}`);
    await set(ofShop, body.revision, csp({ 'script-src': ["'self'", 'https://cdn.example'] }));

    expect((await listed()).items[0].proposal).toEqual({ kind: 'allowed', directive: 'script-src' });
    expect((await tests.send(`GET ${ofShop}`)).body.warnings).toContain(
      'north sends none of this: its agent is too old. Upgrade it.',
    );
  });
});
