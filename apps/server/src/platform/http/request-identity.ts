import { type Actor, limitToOrigin, refuse } from '@almanac/domain';
import type { FastifyRequest } from 'fastify';

/** Finds out who a credential belongs to. */
export interface Credentials {
  readonly bySession: (token: string) => Promise<Actor | undefined>;
  /** Of a sign-in whose second step is outstanding. */
  readonly byArrival: (token: string) => Promise<Actor | undefined>;
  readonly byToken: (token: string) => Promise<Actor | undefined>;
}

/** Counts each look as a use of the credential; the features that own the credentials provide it. */
export interface Authenticator extends Credentials {
  /** For looks that nobody asked for, such as those at a stream that is open: they keep no session alive. */
  readonly uncounted: Credentials;
}

export interface SessionCookie {
  readonly name: string;
  /** Of a sign-in whose second step is outstanding. */
  readonly arrival: string;
  readonly secure: boolean;
}

/** Where people come by HTTPS, the prefix makes browsers refuse a cookie that another host or plain HTTP set. */
export function sessionCookieFor(publicUrl: string): SessionCookie {
  const secure = publicUrl.startsWith('https:');
  const prefix = secure ? '__Host-' : '';
  return { name: `${prefix}almanac-session`, arrival: `${prefix}almanac-arrival`, secure };
}

/**
 * Who makes this request, as far as their roles count from where it comes. A credential that is given and wrong is refused,
 * never taken for nobody.
 */
export async function identify(
  request: FastifyRequest,
  input: { readonly authenticator: Credentials; readonly sessionCookie: SessionCookie },
): Promise<Actor> {
  const actor = await holderOf(request, input);
  return actor.kind === 'principal' ? limitToOrigin(actor, request.ip) : actor;
}

async function holderOf(
  request: FastifyRequest,
  input: { readonly authenticator: Credentials; readonly sessionCookie: SessionCookie },
): Promise<Actor> {
  const { authenticator } = input;
  const header = request.headers.authorization;
  if (header !== undefined) {
    const token = /^Bearer (\S{10,300})$/.exec(header)?.[1];
    const actor = token === undefined ? undefined : await authenticator.byToken(token);
    return actor ?? refuse('wrong-token', 'the token is unknown, revoked or expired');
  }
  const { sessionCookie } = input;
  const [session, arrival] = [request.cookies[sessionCookie.name], request.cookies[sessionCookie.arrival]];
  if (session === undefined && arrival === undefined) return { kind: 'anonymous' };
  refuseCrossSite(request);
  const signedIn = session === undefined ? undefined : await authenticator.bySession(session);
  const found = signedIn ?? (arrival === undefined ? undefined : await authenticator.byArrival(arrival));
  return found ?? { kind: 'anonymous' };
}

/**
 * Refuses what is sensitive to whoever has not proved lately enough who they are.
 *
 * @throws {DomainError} `step-up-needed`
 */
export function refuseUnproved(actor: Actor): void {
  if (actor.kind === 'principal' && actor.proved !== true)
    refuse(
      'step-up-needed',
      'this is sensitive: prove again who you are, in the console or with almanac step-up, and repeat it',
    );
}

/** Whether a request comes from this machine itself, and not through a proxy on it. */
export function isLocal(request: FastifyRequest): boolean {
  const { headers, ip } = request;
  const proxied = headers['forwarded'] !== undefined || headers['x-forwarded-for'] !== undefined;
  return !proxied && (ip === '127.0.0.1' || ip === '::1' || ip === '::ffff:127.0.0.1');
}

/**
 * A browser adds the cookie by itself, so a change that carries one must come from our own pages (Fetch Metadata,
 * with Origin for browsers that lack it).
 */
export function refuseCrossSite(request: FastifyRequest): void {
  if (request.method === 'GET' || request.method === 'HEAD') return;
  const site = request.headers['sec-fetch-site'];
  const { origin, host } = request.headers;
  const sameOrigin = site === 'same-origin' || (site === undefined && origin !== undefined && hostOf(origin) === host);
  if (!sameOrigin) refuse('cross-site-request', 'the change does not come from the console itself');
}

function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).host;
  } catch {
    return undefined;
  }
}
