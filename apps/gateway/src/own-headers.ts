import type { GatewayHeader } from '@almanac/protocol/gateway';

/** What the answers of a service carry beside what its backends send; made once for a configuration, and used for each answer. */
export interface OwnHeaders {
  readonly lines: readonly GatewayHeader[];
  /** Names under which what a backend sends does not pass. */
  readonly replaced: ReadonlySet<string>;
}

export const noHeaders: OwnHeaders = { lines: [], replaced: new Set() };

export function ownHeaders(headers: readonly GatewayHeader[], over: 'tls' | 'plain'): OwnHeaders {
  const lines = headers.filter((each) => each.over === 'any' || each.over === over);
  if (lines.length === 0) return noHeaders;
  const replaced = lines.filter((each) => each.whenSent === 'replace').map((each) => each.name);
  return { lines, replaced: new Set(replaced) };
}
