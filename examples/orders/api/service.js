/** A small HTTP service on what Node brings: routes as data, limits, problems by RFC 9457, a stop that loses nothing. */
import { createServer } from 'node:http';
import { log } from './log.js';

const largestBodyBytes = 64 * 1024;

/** Longer than callers keep a connection, so that it is never closed under a request that is on its way. */
const keepAliveMs = 65_000;

/** A refusal that the caller may read. */
export class Refusal extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

/**
 * Listens on HOST and PORT and answers `routes`: `{ 'GET /things/{id}': (request) => answer }`, where a request is
 * `{ params, query, headers, body }` and an answer `{ status, headers, json }` or `{ status, headers, text }`.
 */
export async function startService({ routes, presentFault = presentProblem, environment = process.env }) {
  const table = Object.entries(routes).map(([name, handle]) => ({ ...parseRoute(name), handle }));
  let stopping = false;

  const respond = async (request, response) => {
    const answer = await answerTo({ table, request, presentFault });
    const text = answer.text ?? (answer.json === undefined ? '' : JSON.stringify(answer.json));
    response.writeHead(answer.status ?? 200, {
      ...(answer.json === undefined ? {} : { 'content-type': 'application/json' }),
      'content-length': Buffer.byteLength(text),
      ...answer.headers,
      ...(stopping ? { connection: 'close' } : {}),
    });
    response.end(text);
  };
  const server = createServer(
    { keepAliveTimeout: keepAliveMs, requestTimeout: 30_000 },
    (request, response) => void respond(request, response),
  );
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(Number(environment.PORT ?? 0), environment.HOST ?? '127.0.0.1', resolve);
  });
  const { port } = server.address();
  log('listening', { port });

  /** Takes no new connection, ends the requests under way, then resolves. */
  const stop = () => {
    stopping = true;
    return new Promise((resolve) => server.close(resolve));
  };
  return { port, stop };
}

/** Ends the process with status 0 after `stop`, when it is asked to by SIGTERM or SIGINT. */
export function stopOnSignals(stop) {
  const end = async (signal) => {
    log('stopping', { signal });
    await stop();
    log('stopped');
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => void end(signal));
}

async function answerTo({ table, request, presentFault }) {
  const started = performance.now();
  const answer = await route({ table, request }).catch((error) => {
    if (error instanceof Refusal) return presentFault({ status: error.status, detail: error.message });
    log('request failed', { method: request.method, path: request.url, error: error.stack ?? String(error) });
    return presentFault({ status: 500, detail: 'Something went wrong here; the log says what.' });
  });
  const status = answer.status ?? 200;
  if (request.method !== 'GET' || status >= 400) {
    const milliseconds = Math.round(performance.now() - started);
    log('request', { method: request.method, path: request.url, status, milliseconds });
  }
  return answer;
}

async function route({ table, request }) {
  const url = URL.parse(request.url, 'http://service');
  if (url === null) throw new Refusal(400, 'This is not an address.');
  const found = table
    .map((entry) => ({ entry, match: entry.pattern.exec(url.pathname) }))
    .filter(({ match }) => match !== null);
  if (found.length === 0) throw new Refusal(404, `There is nothing at ${url.pathname}.`);
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const chosen = found.find(({ entry }) => entry.method === method);
  if (chosen === undefined) throw new Refusal(405, `${url.pathname} does not answer ${request.method}.`);
  const params = Object.fromEntries(
    Object.entries(chosen.match.groups ?? {}).map(([name, value]) => [name, decoded(value)]),
  );
  return chosen.entry.handle({ params, query: url.searchParams, headers: request.headers, body: await read(request) });
}

function parseRoute(name) {
  const [method, path] = name.split(' ');
  const pattern = path.replaceAll('.', '\\.').replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)');
  return { method, pattern: new RegExp(`^${pattern}$`) };
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Refusal(400, 'The address is not encoded correctly.');
  }
}

async function read(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > largestBodyBytes) throw new Refusal(413, `A request has at most ${largestBodyBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function presentProblem({ status, detail }) {
  return { status, headers: { 'content-type': 'application/problem+json' }, json: { status, detail } };
}
