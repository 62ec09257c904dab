import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { privateDirectory } from '@almanac/host';
import type { InjectOptions } from 'fastify';
import pg from 'pg';
import { type RunningServer, type ServerSeams, startServer } from './composition.ts';
import { readConfig } from './config.ts';

/** Answers are looked into by tests, which say themselves what they expect. */
// biome-ignore lint/suspicious/noExplicitAny: an expectation about a member that is missing fails anyway
type Json = any;

export interface Answered {
  readonly status: number;
  readonly body: Json;
  readonly headers: Readonly<Record<string, string | string[] | number | undefined>>;
}

export interface ServerForTests {
  readonly server: RunningServer;
  readonly directory: string;
  readonly administrator: string;
  readonly builder: string;
  /** Sends a request as the administrator, unless `as` names another token, or nobody with null. */
  readonly send: (
    request: `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} /${string}`,
    options?: {
      readonly body?: unknown;
      readonly as?: string | null;
      readonly headers?: Readonly<Record<string, string>>;
      /** The address that it comes from; this machine's own when absent. */
      readonly from?: string;
    },
  ) => Promise<Answered>;
  /** The address of the server's own database, for another server on it. */
  readonly databaseUrl: string;
  /** A session on the server's own database; it is closed with the server. */
  readonly connect: () => Promise<pg.Client>;
  readonly stop: () => Promise<void>;
}

/**
 * A whole server on a data directory and a database of its own: an embedded PostgreSQL, or a database made for it on
 * the one in `TEST_DATABASE_URL` (15 or newer, whose account may create databases).
 */
export async function startServerForTests(
  environment: Readonly<Record<string, string>> = {},
  seams: ServerSeams = {},
): Promise<ServerForTests> {
  const directory = await mkdtemp(join(tmpdir(), 'almanac server '));
  const tokens = join(directory, 'tokens');
  const own = await createOwnDatabase(process.env['TEST_DATABASE_URL']);
  const server = await startServer(
    readConfig({
      ALMANAC_PORT: '0',
      ALMANAC_DATA: join(directory, 'data'),
      ALMANAC_BOOTSTRAP_TOKENS: tokens,
      ALMANAC_LOG_LEVEL: 'silent',
      ...(own === undefined ? {} : { DATABASE_URL: own.address }),
      ...environment,
    }),
    undefined,
    seams,
  );
  const tokenOf = async (account: string) => (await readFile(join(tokens, account), 'utf8')).trim();
  const administrator = await tokenOf('launcher');
  const sessions: pg.Client[] = [];
  const socket = encodeURIComponent(privateDirectory(join(directory, 'data', 'postgres')));
  const databaseUrl = own?.address ?? `postgres://almanac@localhost/postgres?host=${socket}`;
  return {
    server,
    directory,
    administrator,
    builder: await tokenOf('builder'),
    send: async (request, { body, as = administrator, headers = {}, from } = {}) => {
      const [method = 'GET', path = '/'] = request.split(' ');
      const answer = await server.http.inject({
        method: method as NonNullable<InjectOptions['method']>,
        url: `/api/v1${path}`,
        headers: { host: '127.0.0.1', ...(as === null ? {} : { authorization: `Bearer ${as}` }), ...headers },
        ...(from === undefined ? {} : { remoteAddress: from }),
        ...(body === undefined ? {} : { payload: body as NonNullable<InjectOptions['payload']> }),
      });
      const json = /json(;|$)/.test(String(answer.headers['content-type']));
      return { status: answer.statusCode, body: json ? answer.json() : answer.body, headers: answer.headers };
    },
    databaseUrl,
    connect: async () => {
      const client = new pg.Client({ connectionString: databaseUrl });
      await client.connect();
      sessions.push(client);
      return client;
    },
    stop: async () => {
      for (const session of sessions) await session.end();
      await server.stop();
      await own?.drop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function createOwnDatabase(
  address: string | undefined,
): Promise<{ readonly address: string; readonly drop: () => Promise<void> } | undefined> {
  if (address === undefined) return undefined;
  const name = `almanac_test_${randomUUID().replaceAll('-', '')}`;
  const command = async (text: string) => {
    const client = new pg.Client({ connectionString: address });
    await client.connect();
    try {
      await client.query(text);
    } finally {
      await client.end();
    }
  };
  await command(`create database ${name}`);
  const url = new URL(address);
  url.pathname = `/${name}`;
  return { address: url.href, drop: () => command(`drop database ${name} with (force)`) };
}

export function digestOf(content: string): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

/** A builder that says what tests tell it to; everything else about it is real. */
export function scriptedBuilder({ send, builder }: ServerForTests) {
  const post = (path: `/${string}`, body: unknown) => send(`POST ${path}`, { as: builder, body });
  const claim = async () => (await post('/builders/claims', { builder: 'scripted', wait: 0 })).body.job;
  return {
    claim,
    /** The next build. Looks into followed branches, which the server asks for in its own time, stay unanswered. */
    claimBuild: async () => {
      for (;;) {
        const job = await claim();
        if (job === null || job.work.kind === 'build') return job;
      }
    },
    post,
    upload: (content: string, digest = digestOf(content)) =>
      send(`PUT /builders/artifacts/${digest}`, {
        as: builder,
        body: content,
        headers: { 'content-type': 'application/octet-stream' },
      }),
    complete: (job: Json, result: unknown) => post(`/builders/jobs/${job.id}/complete`, { fence: job.fence, result }),
  };
}

export function manifestOf(application: string, settings: Readonly<Record<string, unknown>> = {}) {
  return {
    application,
    modules: { web: { path: '.', start: 'node server.js', health: '/healthz' } },
    connections: { DATABASE_URL: { type: 'postgres', scope: 'site' } },
    settings,
  };
}

export function commitOf(hash: string, parents: readonly string[] = [], subject = 'feat: something') {
  return { hash, parents, author: 'Ada', at: '2026-01-01T00:00:00.000Z', subject };
}

/** Adds an application as people do: inspect a repository, then make an application of what was found. */
export async function addApplication(
  tests: ServerForTests,
  input: { readonly name: string; readonly settings?: Readonly<Record<string, unknown>>; readonly head: string },
): Promise<Json> {
  const builder = scriptedBuilder(tests);
  const { body: inspection } = await tests.send('POST /inspections', { body: { repository: `/srv/${input.name}` } });
  const job = await builder.claim();
  await builder.complete(job, {
    kind: 'inspected',
    commit: commitOf(input.head),
    manifest: manifestOf(input.name, input.settings),
  });
  return (await tests.send('POST /applications', { body: { inspection: inspection.id } })).body;
}

/** The result of a build whose artifacts were uploaded. */
export async function builtResult(
  tests: ServerForTests,
  input: {
    readonly name: string;
    readonly commits: readonly ReturnType<typeof commitOf>[];
    readonly settings?: Readonly<Record<string, unknown>>;
  },
) {
  const builder = scriptedBuilder(tests);
  const content = `module of ${input.name} at ${input.commits[0]?.hash}`;
  const index = `index of ${content}`;
  await builder.upload(content);
  await builder.upload(index);
  return {
    kind: 'built',
    commit: input.commits[0]?.hash,
    commits: input.commits,
    index: digestOf(index),
    manifest: manifestOf(input.name, input.settings),
    modules: [
      {
        name: 'web',
        inputKey: digestOf(`key of ${content}`),
        artifact: { digest: digestOf(content), size: content.length },
        reused: false,
        durationMs: 1,
      },
    ],
    evidence: [],
  };
}
