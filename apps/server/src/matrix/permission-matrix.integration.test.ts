import { type Route, routes, type ScimRoute, scimPrefix, scimRoutes } from '@almanac/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, type ProbedServer, questions, startProbedServer } from './permission-matrix.ts';

/** Every so many questions are asked here, other ones for each route; `npm run security` asks all. */
const sample = 19;

/** What is mounted beside the operations of the route table, and who may use it. */
const besides: Readonly<
  Record<
    string,
    'everybody' | 'agents by their key' | 'identity providers by their key' | 'this machine and administrators'
  >
> = {
  'GET /healthz': 'everybody',
  'GET /readyz': 'everybody',
  'GET /api/v1/openapi.json': 'everybody',
  'GET /metrics': 'this machine and administrators',
  'POST /reports/console': 'everybody',
  'GET /api/v1/agents/connect': 'agents by their key',
  'POST /api/v1/identity-providers/:provider/logout': 'identity providers by their key',
  'POST /api/v1/identity-providers/:provider/saml-answers': 'everybody',
  'GET /api/v1/identity-providers/:provider/saml-metadata': 'everybody',
};

describe('the permission matrix', () => {
  let server: ProbedServer;

  beforeAll(async () => {
    server = await startProbedServer();
  });
  afterAll(() => server.stop());

  it('answers everybody for every route and object as the route declares, and changes nothing', async () => {
    const before = await server.digest();
    const wrong: string[] = [];
    const reached = new Set<string>();
    let at = 0;

    for (const question of questions(server.estate)) {
      at += 1;
      if (at % sample !== 0 && !(question.expected === 'reached' && !reached.has(question.operation))) continue;
      const { outcome, body } = await ask(server, question);
      if (outcome === 'reached') reached.add(question.operation);
      if (outcome !== String(question.expected))
        wrong.push(
          `${question.operation} (${question.request.path}) by ${question.who}, ${question.variant}: expected ${question.expected}, was ${outcome} ${body.slice(0, 300)}`,
        );
    }

    expect(wrong).toEqual([]);
    expect(await server.digest()).toBe(before);
    expect(Object.keys(routes).filter((operation) => !reached.has(operation))).toEqual([]);
  }, 120_000);

  it('says the same of what is not there and of what may not be listed', async () => {
    const told = new Map<string, string>();
    const differ: string[] = [];
    const named = (text: string, question: { readonly variant: string }) =>
      Object.entries(server.estate.named[question.variant as 'own'])
        // The name of a site holds that of its environment.
        .toSorted(([, one], [, other]) => other.length - one.length)
        .reduce((all, [noun, name]) => all.replaceAll(name, `<${noun}>`), text);

    for (const question of questions(server.estate)) {
      const { who, variant } = question;
      if (who !== 'somebody with nothing' || question.expected !== 404 || variant.startsWith('other')) continue;
      const { body } = await ask(server, question);
      const key = `${question.operation} ${[...question.request.filled].join()}`;
      const text = named(body, question);
      const first = told.get(key) ?? text;
      told.set(key, first);
      if (text !== first) differ.push(`${key}, ${question.variant}: ${text} is not ${first}`);
    }

    expect(told.size).toBeGreaterThan(60);
    expect(differ).toEqual([]);
  }, 120_000);

  it.each([
    'an engineer of the team web',
    'somebody with a grant',
    'somebody with nothing',
    'an operator whom a grant takes away from',
  ])(
    'tells %s nothing of what they may not list, in no answer of its handlers',
    async (who) => {
      const hidden = await hiddenFrom(server, who);
      server.probe(false);
      const leaks: string[] = [];
      const seen: string[] = [];

      for (const question of questions(server.estate)) {
        const route: Route = (routes as Readonly<Record<string, Route>>)[question.operation] as Route;
        const reads = route.method === 'GET' || typeof route.audit === 'object';
        const asks = question.who === who && route.of !== undefined && reads && question.operation !== 'streamEvents';
        if (!asks || question.expected !== 'reached' || question.operation === 'reconcileSites') continue;
        const { outcome, body } = await ask(server, question);
        if (outcome === '200') seen.push(question.operation);
        for (const [name, text] of Object.entries(hidden))
          if (body.includes(text))
            leaks.push(`${question.operation} (${question.request.path}): ${name}: ${around(body, text)}`);
        if (outcome.startsWith('5')) leaks.push(`${question.operation}: ${outcome}`);
      }
      server.probe(true);

      expect(leaks).toEqual([]);
      expect(new Set(seen).size).toBeGreaterThan(who === 'somebody with nothing' ? 8 : 30);
    },
    120_000,
  );

  it('tells whoever starts a plan that something stands in its way which they may not list, and not what', async () => {
    const command = (operation: string, path: `/${string}`, body: unknown) =>
      ask(server, {
        who: 'an engineer of the team web',
        operation,
        variant: 'own',
        request: { path, body, headers: {}, filled: new Set() },
        expected: 'reached',
      });
    server.probe(false);

    const operations = [{ kind: 'deploy', application: 'shopfront', source: { kind: 'latest' } }];
    const made = await command('createPlan', '/plans', { environment: 'production', operations });
    const refused = await command('startPlan', `/plans/${JSON.parse(made.body).number}/start`, {});
    server.probe(true);

    expect([made.outcome, refused.outcome]).toEqual(['201', '409']);
    for (const { body } of [made, refused]) {
      expect(body).toContain('GET /silver of valuables, and hidden');
      expect(body).not.toContain('strongroom');
    }
  });

  it('knows every route that the router has', () => {
    const described = [
      ...Object.values(routes).map(({ method, path }) => `${method} /api/v1${path}`),
      // Who may use these is in their table as well; strangers knock at them in scim.integration.test.ts.
      ...Object.values<ScimRoute>(scimRoutes).map(({ method, path }) => `${method} ${scimPrefix}${path}`),
    ];
    const known = new Set([...described, ...Object.keys(besides)]);
    const unknown = server.mounted.filter((each) => !each.startsWith('HEAD ') && !known.has(each));

    expect(unknown).toEqual([]);
    expect(described.filter((each) => !server.mounted.includes(each))).toEqual([]);
    expect(Object.keys(besides).filter((each) => !server.mounted.includes(each))).toEqual([]);
  });

  describe('a build that is to come from another place', () => {
    const sources = {
      environment: (environment: string) => ({ kind: 'environment', environment }),
      plan: (plan: string) => ({ kind: 'before-plan', plan, setBack: false }),
    } as const;
    const deploy = async (who: string, from: { readonly noun: keyof typeof sources; readonly place: string }) => {
      const { application, environment } = server.estate.named.own;
      const source = sources[from.noun](from.place);
      const answer = await ask(server, {
        who,
        operation: 'createPlan',
        variant: 'own',
        request: {
          path: '/plans',
          body: { environment, operations: [{ kind: 'deploy', application, source }] },
          headers: {},
          filled: new Set(),
        },
        expected: 'reached',
      });
      return { ...answer, body: answer.body.replaceAll(from.place, `<${from.noun}>`) };
    };

    it.each(['environment', 'plan'] as const)(
      'is answered to whoever may not list the %s as if that were not there',
      async (noun) => {
        const who = 'an engineer of the team web';
        const { own, 'other environment': elsewhere, absent } = server.estate.named;

        const hidden = await deploy(who, { noun, place: String(elsewhere[noun]) });

        expect(hidden.outcome).toBe('404');
        expect(hidden).toEqual(await deploy(who, { noun, place: String(absent[noun]) }));
        expect((await deploy(who, { noun, place: String(own[noun]) })).outcome).toBe('reached');
      },
    );

    it('is refused to whoever sees that environment, and not what the application runs there', async () => {
      const from = { noun: 'environment', place: 'bunker' } as const;

      expect((await deploy('an operator of whom a team takes away', from)).outcome).toBe('403');
      expect((await deploy('an operator', from)).outcome).toBe('reached');
    });
  });

  it('answers whoever wants a plan again somewhere else as if what they may not list were not there', async () => {
    const { own, 'other environment': elsewhere, absent } = server.estate.named;
    const repeat = async (plan: string, environment: string) => {
      const { outcome, body } = await ask(server, {
        who: 'an engineer of the team web',
        operation: 'reusePlan',
        variant: 'own',
        request: { path: `/plans/${plan}/reuse`, body: { environment }, headers: {}, filled: new Set() },
        expected: 'reached',
      });
      return { outcome, body: body.replaceAll(plan, '<plan>').replaceAll(environment, '<environment>') };
    };
    const [plan, environment] = [String(own['plan']), String(own['environment'])];

    const hidden = await repeat(String(elsewhere['plan']), environment);
    const into = await repeat(plan, String(elsewhere['environment']));

    expect([hidden.outcome, into.outcome]).toEqual(['404', '404']);
    expect(hidden).toEqual(await repeat(String(absent['plan']), environment));
    expect(into).toEqual(await repeat(plan, String(absent['environment'])));
    expect((await repeat(plan, environment)).outcome).toBe('reached');
  });

  it('says why, and who can give the right, to whoever may see what they may not do', async () => {
    const question = [...questions(server.estate)].find(
      ({ operation, who, variant }) =>
        operation === 'setPlacement' && who === 'an engineer of the team web' && variant === 'own',
    );
    if (question === undefined) throw new Error('the question is not in the matrix');

    const { outcome, body } = await ask(server, question);

    expect(outcome).toBe('403');
    expect(JSON.parse(body.replace(',,', ',')).detail).toMatch(
      /^change is needed for shopfront in production; the role engineer in its team gives p\d+ list, monitor, deploy there\. Who can give it: p\d+\.$/,
    );
  });
});

/** Names and keys of what somebody may not list, by what they are of. */
async function hiddenFrom({ tests, estate }: ProbedServer, who: string): Promise<Readonly<Record<string, string>>> {
  const keyOf = async (path: `/${string}`): Promise<string> => (await tests.send(`GET ${path}`)).body.id;
  const { own, 'other team': team, 'other environment': environment } = estate.named;
  const strongroom = {
    'the name of the strongroom': 'strongroom',
    'the key of the strongroom': await keyOf('/applications/strongroom'),
    'a build of the strongroom': String(team['build']),
    'a plan of the strongroom': String(team['plan']),
    'a hotfix of the strongroom': String(team['hotfix']),
  };
  const bunker = {
    'the name of the bunker': 'bunker',
    'the key of the bunker': await keyOf('/environments/bunker'),
    'a plan in the bunker': String(environment['plan']),
    'a hold in the bunker': String(environment['hold']),
  };
  if (who === 'an operator whom a grant takes away from')
    return {
      'the name of the shopfront': 'shopfront',
      'the key of it': await keyOf('/applications/shopfront'),
      'a build of it': String(own['build']),
      'a plan of it': String(own['plan']),
    };
  const production = {
    'the key of production': await keyOf('/environments/production'),
    'a plan in production': String(own['plan']),
    'a site of production': 'site-of-production',
  };
  if (who === 'somebody with a grant') return { ...strongroom, ...production };
  const shopfront = {
    'the name of the shopfront': 'shopfront',
    'the key of it': await keyOf('/applications/shopfront'),
  };
  return who === 'somebody with nothing'
    ? { ...strongroom, ...bunker, ...production, ...shopfront }
    : { ...strongroom, ...bunker };
}

function around(body: string, text: string): string {
  const at = body.indexOf(text);
  return body.slice(Math.max(0, at - 120), at + text.length + 60);
}
