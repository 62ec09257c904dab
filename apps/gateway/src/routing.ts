import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { GatewayRule, GatewayService } from '@almanac/protocol/gateway';
import { cookieOf } from './cookies.ts';

/** A version that can take requests now, with its share of them. */
export interface OpenVersion {
  readonly version: string;
  readonly weight: number;
}

/** What of a service decides who takes a request, before weights do. */
export type Routing = Pick<GatewayService, 'rules' | 'spread' | 'sticky'>;

/** The version that a rule, the hash of the user or an earlier choice decides for; undefined where weights decide. */
export function decidedVersion(
  routing: Routing,
  headers: IncomingHttpHeaders,
  open: readonly OpenVersion[],
): string | undefined {
  const ruled = routing.rules.find(
    (rule) => matches(rule, headers) && open.some((each) => each.version === rule.version),
  );
  if (ruled !== undefined) return ruled.version;
  const user = routing.spread === null ? undefined : sentValue(routing.spread, headers);
  if (user !== undefined) return versionOfUser(user, open);
  return routing.sticky === null ? undefined : rememberedVersion(routing.sticky.cookie, headers, open);
}

/** Whoever sends the same value gets the same version, and leaves it only for one whose share grew. */
export function versionOfUser(user: string, open: readonly OpenVersion[]): string | undefined {
  const sum = open.reduce((total, each) => total + each.weight, 0);
  let left = placeOf(user) * sum;
  for (const { version, weight } of open) {
    left -= weight;
    if (left < 0) return version;
  }
  return undefined;
}

/** A number from 0 to below 1, evenly spread over users and always the same for one. */
function placeOf(user: string): number {
  return createHash('sha256').update(user).digest().readUInt32BE(0) / 2 ** 32;
}

function rememberedVersion(
  cookie: string,
  headers: IncomingHttpHeaders,
  open: readonly OpenVersion[],
): string | undefined {
  const remembered = cookieOf(headers.cookie, cookie);
  return open.find((each) => each.version === remembered && each.weight > 0)?.version;
}

function matches(rule: GatewayRule, headers: IncomingHttpHeaders): boolean {
  const value = sentValue(rule, headers);
  if (value === undefined) return false;
  return rule.match === 'equals' ? value === rule.value : value.startsWith(rule.value);
}

function sentValue(
  from: { readonly from: 'header' | 'cookie'; readonly name: string },
  headers: IncomingHttpHeaders,
): string | undefined {
  if (from.from === 'cookie') return cookieOf(headers.cookie, from.name);
  return headers[from.name.toLowerCase()]?.toString();
}
