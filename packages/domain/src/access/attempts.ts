/** By what tries to come in are counted. */
export const attemptScopes = ['account-and-address', 'address', 'account', 'server', 'code', 'link'] as const;
export type AttemptScope = (typeof attemptScopes)[number];

export interface AttemptStep {
  /** Failures within the window from which on this step holds. */
  readonly failures: number;
  /** How long further tries are refused after each failure, in seconds. */
  readonly seconds: number;
}

export interface AttemptRule {
  /** Failures are forgotten so many seconds after the first one. */
  readonly window: number;
  /** In ascending order. */
  readonly steps: readonly AttemptStep[];
  /** Whether it holds only for devices from which the account never signed in: nobody locks others out of their own. */
  readonly unknownDevicesOnly: boolean;
}

/** Times are milliseconds since the epoch. */
export interface AttemptCounter {
  readonly failures: number;
  /** When the first failure of the window was. */
  readonly since: number;
  readonly blockedUntil: number | null;
}

/**
 * Counts a try, before it is known whether it succeeds. A try while a block holds is not to be counted: counting never
 * prolongs a block.
 */
export function countTry(counter: AttemptCounter | null, rule: AttemptRule, now: number): AttemptCounter {
  const over = counter === null || now - counter.since >= rule.window * 1000;
  const failures = over ? 1 : counter.failures + 1;
  const step = rule.steps.findLast((each) => failures >= each.failures);
  return {
    failures,
    since: over ? now : counter.since,
    blockedUntil: step === undefined ? null : now + step.seconds * 1000,
  };
}

/** Takes a try back that succeeded: it was no failure. */
export function takeTryBack(counter: AttemptCounter, rule: AttemptRule): AttemptCounter {
  const failures = Math.max(0, counter.failures - 1);
  const blocks = rule.steps.some((each) => failures >= each.failures);
  return { ...counter, failures, blockedUntil: blocks ? counter.blockedUntil : null };
}

/** Whole seconds for which a counter refuses further tries; 0 for none. */
export function secondsBlocked(counter: AttemptCounter | null, now: number): number {
  const until = counter?.blockedUntil ?? null;
  return until === null ? 0 : Math.max(0, Math.ceil((until - now) / 1000));
}

/** The name of an account as it is counted: spellings that people take for the same are the same. */
export function accountKey(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase().slice(0, 200);
}

/** An address as it is counted: an IPv6 network of /64 is one, since a host may have all of it; a mapped IPv4 is IPv4. */
export function addressKey(address: string): string {
  const mapped = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = '', tail] = address.split('%')[0]?.toLowerCase().split('::') ?? [];
  const groups = (text: string) => text.split(':').filter((each) => each !== '');
  const [before, after] = [groups(head), groups(tail ?? '')];
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const all = [...before, ...Array.from({ length: zeros }, () => '0'), ...after];
  return `${all
    .slice(0, 4)
    .map((each) => Number.parseInt(each, 16).toString(16))
    .join(':')}::/64`;
}
