import type { Actor } from '@almanac/domain';
import { refuse } from '@almanac/domain';
import type { FastifyRequest } from 'fastify';

/** Finds out who a credential belongs to; the features that own the credentials provide it. */
export interface Authenticator {
  readonly bySession: (token: string) => Promise<Actor | undefined>;
  readonly byToken: (token: string) => Promise<Actor | undefined>;
}

export interface SessionCookie {
  readonly name: string;
  readonly secure: boolean;
}

/** Where people come by HTTPS, the prefix makes browsers refuse a cookie that another host or plain HTTP set. */
export function sessionCookieFor(publicUrl: string): SessionCookie {
  const secure = publicUrl.startsWith('https:');
  return { name: secure ? '__Host-almanac-session' : 'almanac-session', secure };
}

/** Who makes this request. A credential that is given and wrong is refused, never taken for nobody. */
export async function identify(
  request: FastifyRequest,
  input: { readonly authenticator: Authenticator; readonly sessionCookie: SessionCookie },
): Promise<Actor> {
  const { authenticator } = input;
  const header = request.headers.authorization;
  if (header !== undefined) {
    const token = /^Bearer (\S{10,300})$/.exec(header)?.[1];
    const actor = token === undefined ? undefined : await authenticator.byToken(token);
    return actor ?? refuse('wrong-token', 'the token is unknown, revoked or expired');
  }
  const cookie = request.cookies[input.sessionCookie.name];
  if (cookie === undefined) return { kind: 'anonymous' };
  refuseCrossSite(request);
  return (await authenticator.bySession(cookie)) ?? { kind: 'anonymous' };
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
