import { createHash } from 'node:crypto';
import { refuse } from '@almanac/domain';
import { type Route, routes } from '@almanac/protocol';
import type { InjectOptions } from 'fastify';
import type pg from 'pg';
import type { ServerSeams } from '../composition.ts';
import { type ServerForTests, startServerForTests } from '../server-for-tests.ts';
import { estateForMatrix, type MatrixEstate, type Variant, variants } from './estate-for-matrix.ts';
import { expected, type Outcome } from './expectation.ts';
import { matrixPrincipals } from './principals-for-matrix.ts';
import { type MatrixRequest, requestsOf } from './requests-for-matrix.ts';

/** A server whose handlers, once it probes, do nothing but say that they were reached. */
export interface ProbedServer {
  readonly tests: ServerForTests;
  readonly estate: MatrixEstate;
  /** Every route of the router: `METHOD /path`. */
  readonly mounted: readonly string[];
  /** Operations whose handlers were called since the probing began. */
  readonly called: readonly string[];
  /** The body that the last of them got. */
  readonly received: () => unknown;
  /** Whether handlers are only noted, or do their work. */
  readonly probe: (on: boolean) => void;
  /** SHA-256 of all that is stored, but for what notes the use of a credential. */
  readonly digest: () => Promise<string>;
  readonly stop: () => Promise<void>;
}

const reachedDetail = 'the handler was reached';

export async function startProbedServer(environment: Readonly<Record<string, string>> = {}): Promise<ProbedServer> {
  const mounted: string[] = [];
  const called: string[] = [];
  let received: unknown;
  let probing = false;
  const seams: ServerSeams = {
    endpoint: (endpoint) => {
      const handle = (context: never, request: { readonly body?: unknown }) => {
        if (!probing) return (endpoint.handle as (context: never, request: unknown) => unknown)(context, request);
        called.push(endpoint.operation);
        received = request.body;
        // A refusal, so that the transaction of a command leaves nothing behind.
        return refuse('nothing-to-do', reachedDetail);
      };
      return { ...endpoint, handle } as unknown as typeof endpoint;
    },
    onRoute: ({ method, url }) => mounted.push(...[method].flat().map((each) => `${each} ${url}`)),
  };
  const tests = await startServerForTests({ ALMANAC_LOG_LEVEL: 'error', ...environment }, seams);
  const estate = await estateForMatrix(tests);
  const session = await tests.connect();
  probing = true;
  const probe = (on: boolean) => {
    probing = on;
  };
  return {
    tests,
    estate,
    mounted,
    called,
    received: () => received,
    probe,
    digest: () => digestOf(session),
    stop: tests.stop,
  };
}

/** What timers and looks at credentials write by themselves. */
const noted: Readonly<Record<string, string>> = {
  sessions: `- 'last_seen_at'`,
  api_tokens: `- 'last_used_at'`,
  applications: `- 'polled_at' - 'head_commit'`,
  hotfixes: `- 'polled_at'`,
};
const ofTimers = ['outbox', 'outbox_head', 'audit', 'audit_head', 'audit_checkpoints', 'jobs', 'notification_cursor'];

async function digestOf(session: pg.Client): Promise<string> {
  const { rows } = await session.query(
    `select tablename as name from pg_tables where schemaname = 'public' order by 1`,
  );
  const hash = createHash('sha256');
  for (const { name } of rows) {
    if (ofTimers.includes(name)) continue;
    const { rows: content } = await session.query(
      `select coalesce(string_agg(row::text, ';' order by row::text), '') as text
       from (select to_jsonb(t) ${noted[name] ?? ''} as row from ${name} t) as all_rows`,
    );
    hash.update(`${name}: ${content[0].text}\n`);
  }
  return hash.digest('hex');
}

/** One question of the matrix, and what must come of it. */
interface Question {
  readonly who: string;
  readonly operation: string;
  readonly variant: Variant;
  readonly request: MatrixRequest;
  readonly expected: Outcome;
}

/** Answering with a cookie or guessing at secrets, these are limited by address: the matrix asks them once. */
const limited = new Set(['completeSetup', 'setPassword', 'enrolAgent', 'signInWithPasskey', 'signInByBreakGlass']);

/** Everything that the matrix asks: each route, by everybody, about every kind of object that it names. */
export function* questions(estate: MatrixEstate): Generator<Question> {
  for (const [operation, route] of Object.entries<Route>(routes))
    for (const [who, principal] of Object.entries(matrixPrincipals)) {
      if (limited.has(operation) && who !== 'an administrator') continue;
      for (const variant of route.of === undefined ? (['own'] as const) : variants)
        for (const request of requestsOf(route, estate.named[variant]))
          yield {
            who,
            operation,
            variant,
            request,
            expected: expected({ principal, route, variant, filled: request.filled }),
          };
    }
}

/** What a question is answered with, and the body for whoever compares refusals. */
export async function ask(
  { tests, estate }: ProbedServer,
  { who, operation, request }: Question,
): Promise<{ readonly outcome: string; readonly body: string }> {
  const route: Route = (routes as Readonly<Record<string, Route>>)[operation] as Route;
  const answer = await tests.server.http.inject({
    method: route.method,
    url: `/api/v1${request.path}`,
    headers: { host: '127.0.0.1', ...request.headers, ...estate.credentials[who] },
    ...(request.body === undefined ? {} : { payload: request.body as NonNullable<InjectOptions['payload']> }),
  });
  const { statusCode: status, body } = answer;
  const reached = status === 409 && body.includes(reachedDetail);
  return { outcome: reached ? 'reached' : String(status), body: body.replace(/"instance":"[^"]*"/, '') };
}
