import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Capability, capabilities } from '@almanac/domain';
import { writeDurably } from '@almanac/host';
import type { LocalPrincipal } from '@almanac/protocol';

/** Who came in at the site, and what they may do. */
export interface LocalActor {
  readonly name: string;
  readonly capabilities: ReadonlySet<Capability>;
}

export interface LocalSession {
  readonly actor: LocalActor;
  /** Goes into each form, and comes back with it: another page cannot know it. */
  readonly formToken: string;
}

/** Who may come in: whoever reads the token of this site on its disk, and whom the signed desired state names. */
export interface LocalAccess {
  readonly byToken: (token: string) => LocalActor | undefined;
  /** Begins a session for a browser; gives its secret. */
  readonly signIn: (token: string) => string | undefined;
  readonly bySession: (secret: string) => LocalSession | undefined;
  readonly signOut: (secret: string) => void;
}

const sessionMs = 3_600_000;
const mostSessions = 20;

/** Where the token of a site stands that stands for the machine's owner; readable by the agent's account alone. */
export function localTokenFile(directory: string): string {
  return join(directory, 'local', 'token');
}

/** Reads the token of the site, made at the first start. */
export async function openLocalToken(directory: string): Promise<string> {
  const file = localTokenFile(directory);
  const kept = await readFile(file, 'utf8').catch(() => undefined);
  if (kept !== undefined && kept.length >= 40) return kept;
  const token = `all_${randomBytes(32).toString('base64url')}`;
  await writeDurably(file, token);
  return token;
}

export function createLocalAccess(input: {
  readonly siteToken: string;
  readonly principals: () => readonly LocalPrincipal[];
  readonly now: () => number;
}): LocalAccess {
  const sessions = new Map<string, { readonly token: string; readonly formToken: string; usedAt: number }>();
  const byToken = (token: string): LocalActor | undefined => {
    const hash = hashOf(token);
    if (isSame(hash, hashOf(input.siteToken))) return { name: 'operator', capabilities: new Set(capabilities) };
    const known = input.principals().find((each) => isSame(hash, each.tokenHash));
    // By the clock of the site: whoever can set it reads the token of the site anyway.
    if (known === undefined || Date.parse(known.expiresAt) < input.now()) return undefined;
    return { name: known.name, capabilities: new Set(known.capabilities) };
  };
  return {
    byToken,
    signIn: (token) => {
      if (byToken(token) === undefined) return undefined;
      const secret = randomBytes(32).toString('base64url');
      sessions.set(hashOf(secret), { token, formToken: randomBytes(32).toString('base64url'), usedAt: input.now() });
      const oldest = sessions.keys().next().value;
      if (sessions.size > mostSessions && oldest !== undefined) sessions.delete(oldest);
      return secret;
    },
    bySession: (secret) => {
      const key = hashOf(secret);
      const session = sessions.get(key);
      // Who lost access since is asked again each time: a session is no more than its token.
      const actor = session === undefined ? undefined : byToken(session.token);
      if (session === undefined || actor === undefined || Math.abs(input.now() - session.usedAt) > sessionMs) {
        sessions.delete(key);
        return undefined;
      }
      session.usedAt = input.now();
      return { actor, formToken: session.formToken };
    },
    signOut: (secret) => void sessions.delete(hashOf(secret)),
  };
}

export function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
