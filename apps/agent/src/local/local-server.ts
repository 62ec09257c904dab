import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Capability } from '@almanac/domain';
import { writeDurably } from '@almanac/host';
import type { LogChunk, LogRequest } from '@almanac/protocol';
import type { Logger } from 'pino';
import { ActionRefused, type LocalAction, localActions } from './holds.ts';
import { isSame, type LocalAccess, type LocalActor, type LocalSession } from './local-access.ts';
import { Refused, readBody, redirect, send, sendJson } from './local-http.ts';
import { actionPage, applicationPage, messagePage, signInPage, sitePage } from './local-page.ts';
import type { LocalApplication, LocalView } from './local-view.ts';

export interface LocalSite {
  readonly view: () => LocalView;
  readonly readLog: (request: LogRequest) => Promise<LogChunk>;
  /** @throws {ActionRefused} */
  readonly act: (request: {
    readonly action: LocalAction;
    readonly application: string;
    readonly by: string;
    readonly reason: string;
  }) => Promise<void>;
}

export interface LocalConsole {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** Where the address of a site's console stands, for the command line on the same machine. */
export function localAddressFile(directory: string): string {
  return join(directory, 'local', 'address');
}

const longestReason = 300;
const logBytes = 65_536;

/** Somebody who came in, by a token or by the session of a browser. */
interface Caller {
  readonly actor: LocalActor;
  readonly session: (LocalSession & { readonly secret: string }) | undefined;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: readonly string[];
  readonly query: URLSearchParams;
}

/**
 * Serves the console and the API of one site, to this machine alone: bound to loopback, with the Host checked (a name that
 * somebody else's DNS points here is refused), and forms that only its own pages can send.
 */
export async function startLocalConsole(input: {
  readonly directory: string;
  readonly port: number;
  readonly site: LocalSite;
  readonly access: LocalAccess;
  readonly log: Logger;
}): Promise<LocalConsole> {
  const server = createServer({ maxHeaderSize: 16_384, requestTimeout: 10_000, headersTimeout: 5000 });
  server.maxConnections = 64;
  server.on('request', (request, response) => {
    void answer({ ...input, server, request, response });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(input.port, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${portOf(server)}`;
  await writeDurably(localAddressFile(input.directory), url);
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

async function answer(input: {
  readonly server: Server;
  readonly site: LocalSite;
  readonly access: LocalAccess;
  readonly log: Logger;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}): Promise<void> {
  const { request, response, log } = input;
  let isApi = false;
  try {
    const host = request.headers.host ?? '';
    const port = portOf(input.server);
    if (![`127.0.0.1:${port}`, `localhost:${port}`].includes(host))
      throw new Refused(421, 'this address is not one of this site');
    const address = new URL(request.url ?? '/', `http://${host}`);
    const path = address.pathname
      .split('/')
      .filter((each) => each !== '')
      .map(decodeURIComponent);
    isApi = path[0] === 'api';
    await route(
      { site: input.site, access: input.access, host },
      { request, response, path, query: address.searchParams },
    );
  } catch (error) {
    const known =
      error instanceof Refused ? error : error instanceof ActionRefused ? new Refused(409, error.message) : undefined;
    if (known === undefined) log.error({ err: error }, 'the console of the site failed to answer');
    const status = known?.status ?? (error instanceof URIError || isInvalidUrl(error) ? 400 : 500);
    const detail = known?.message ?? 'this did not work; the log of the agent says more';
    if (response.headersSent) return void response.destroy();
    if (isApi) send(response, { status, type: 'application/problem+json', body: JSON.stringify({ status, detail }) });
    else send(response, { status, type: 'text/html', body: messagePage({ status, detail }) });
  }
}

function isInvalidUrl(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_INVALID_URL';
}

interface Tools {
  readonly site: LocalSite;
  readonly access: LocalAccess;
  readonly host: string;
}

async function route(tools: Tools, exchange: Exchange): Promise<void> {
  const { request, path } = exchange;
  const [first, ...rest] = path;
  const post = request.method === 'POST';
  if (!post && request.method !== 'GET') throw new Refused(405, 'only GET and POST are answered here');
  if (first === 'api') return routeApi(tools, { ...exchange, path: rest });
  if (post) requireOwnPage(tools, request);
  if (first === 'sign-in' && post) return signIn(tools, exchange);
  const caller = whoAsks(tools, request);
  if (caller === undefined) {
    const page = signInPage({ site: tools.site.view().site, wrong: false });
    return send(exchange.response, { status: path.length === 0 ? 200 : 401, type: 'text/html', body: page });
  }
  return routePages(tools, exchange, caller);
}

async function routePages(tools: Tools, exchange: Exchange, caller: Caller): Promise<void> {
  const { request, response, path } = exchange;
  const [first, name, action] = path;
  const post = request.method === 'POST';
  const form = post ? new URLSearchParams(await readBody(request)) : undefined;
  if (form !== undefined && !isSame(form.get('form') ?? '', caller.session?.formToken ?? '\0'))
    throw new Refused(403, 'this form is of another session; open the page again');
  if (first === 'sign-out' && post) {
    tools.access.signOut(caller.session?.secret ?? '');
    return redirect(response, '/', cookie(tools, '', 0));
  }
  const formToken = caller.session?.formToken ?? '';
  requireCapability(caller, 'monitor');
  const view = tools.site.view();
  const mayAct = caller.actor.capabilities.has('deploy');
  if (path.length === 0 && !post)
    return send(response, {
      status: 200,
      type: 'text/html',
      body: sitePage({ view, actor: caller.actor.name, formToken }),
    });
  if (first !== 'applications' || name === undefined || path.length > 3)
    throw new Refused(404, 'there is no such page');
  const application = applicationOf(view, name);
  if (action === undefined && !post) {
    const log = await readLog(tools, application, exchange.query);
    const body = applicationPage({ view, application, log, mayAct, actor: caller.actor.name, formToken });
    return send(response, { status: 200, type: 'text/html', body });
  }
  const known = localActions.find((each) => each === action);
  if (known === undefined) throw new Refused(404, 'there is no such page');
  if (form === undefined) {
    const body = actionPage({ view, application, action: known, mayAct, actor: caller.actor.name, formToken });
    return send(response, { status: 200, type: 'text/html', body });
  }
  await act(tools, { caller, application: name, action: known, reason: form.get('reason') ?? '' });
  return redirect(response, `/applications/${encodeURIComponent(name)}`);
}

async function routeApi(tools: Tools, exchange: Exchange): Promise<void> {
  const { request, response, path, query } = exchange;
  const caller = whoAsks(tools, request);
  // A browser's session is for pages; whoever calls the API shows a token, which no other page can send along.
  if (caller === undefined || caller.session !== undefined)
    throw new Refused(401, 'send a token of this site: Authorization: Bearer …');
  requireCapability(caller, 'monitor');
  const [noun, name, part] = path;
  if (request.method === 'GET' && noun === 'site' && path.length === 1) return sendJson(response, tools.site.view());
  if (noun !== 'applications' || name === undefined) throw new Refused(404, 'there is no such operation');
  const application = applicationOf(tools.site.view(), name);
  if (request.method === 'GET' && part === 'log') return sendJson(response, await readLog(tools, application, query));
  const action = localActions.find((each) => each === part);
  if (request.method !== 'POST' || action === undefined || path.length !== 3)
    throw new Refused(404, 'there is no such operation');
  const reason = reasonOf(await readBody(request));
  await act(tools, { caller, application: name, action, reason });
  return sendJson(response, { done: action, application: name });
}

async function act(
  tools: Tools,
  input: {
    readonly caller: Caller;
    readonly application: string;
    readonly action: LocalAction;
    readonly reason: string;
  },
): Promise<void> {
  requireCapability(input.caller, 'deploy');
  const reason = input.reason.trim();
  if (reason.length > longestReason) throw new Refused(400, `a reason has ${longestReason} characters at most`);
  const { action, application } = input;
  await tools.site.act({ action, application, by: input.caller.actor.name, reason });
}

async function readLog(
  tools: Tools,
  application: LocalApplication,
  query: URLSearchParams,
): Promise<LogChunk & { readonly module: string }> {
  const module = query.get('module') ?? application.modules[0]?.name ?? '';
  if (!application.modules.some((each) => each.name === module)) return { text: '', next: 0, instances: [], module };
  const after = Number(query.get('after') ?? Number.NaN);
  const chunk = await tools.site
    .readLog({
      application: application.name,
      module,
      maxBytes: logBytes,
      ...(Number.isSafeInteger(after) && after >= 0 ? { after } : {}),
    })
    .catch(() => ({ text: '', next: 0, instances: [] }));
  return { ...chunk, module };
}

function applicationOf(view: LocalView, name: string): LocalApplication {
  const found = view.applications.find((each) => each.name === name);
  if (found === undefined) throw new Refused(404, `${name} does not run on this site`);
  return found;
}

function requireCapability(caller: Caller, capability: Capability): void {
  if (!caller.actor.capabilities.has(capability))
    throw new Refused(403, `${caller.actor.name} does not hold the capability ${capability} in this environment`);
}

/** A change must come from a page of this console, as far as the browser says where it comes from. */
function requireOwnPage(tools: Tools, request: IncomingMessage): void {
  const { origin } = request.headers;
  const site = request.headers['sec-fetch-site'];
  if ((origin !== undefined && origin !== `http://${tools.host}`) || (site !== undefined && site !== 'same-origin'))
    throw new Refused(403, 'this form was sent by another page');
}

function whoAsks(tools: Tools, request: IncomingMessage): Caller | undefined {
  const token = /^Bearer ([\w-]{20,200})$/.exec(request.headers.authorization ?? '')?.[1];
  if (token !== undefined) {
    const actor = tools.access.byToken(token);
    return actor === undefined ? undefined : { actor, session: undefined };
  }
  const secret = (request.headers.cookie ?? '')
    .split('; ')
    .find((each) => each.startsWith(`${cookieName(tools)}=`))
    ?.slice(cookieName(tools).length + 1);
  const session = secret === undefined ? undefined : tools.access.bySession(secret);
  return session === undefined || secret === undefined
    ? undefined
    : { actor: session.actor, session: { ...session, secret } };
}

async function signIn(tools: Tools, { request, response }: Exchange): Promise<void> {
  const token = new URLSearchParams(await readBody(request)).get('token')?.trim() ?? '';
  const secret = tools.access.signIn(token);
  if (secret !== undefined) return redirect(response, '/', cookie(tools, secret, 43_200));
  const body = signInPage({ site: tools.site.view().site, wrong: true });
  return send(response, { status: 401, type: 'text/html', body });
}

/** Cookies know no ports: the sites of one machine have names of their own. */
function cookieName(tools: Tools): string {
  return `almanac_local_${tools.host.split(':')[1]}`;
}

function cookie(tools: Tools, value: string, seconds: number): string {
  return `${cookieName(tools)}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}`;
}

function reasonOf(body: string): string {
  if (body === '') return '';
  try {
    const parsed: unknown = JSON.parse(body);
    const reason = typeof parsed === 'object' && parsed !== null && 'reason' in parsed ? parsed.reason : '';
    if (typeof reason === 'string') return reason;
  } catch {
    // Told below, as anything else that is no such document.
  }
  throw new Refused(400, 'the body is a JSON object with a text as its "reason"');
}
