import {
  type AttemptCounter,
  type AttemptScope,
  accountKey,
  addressKey,
  attemptRules,
  countTry,
  DomainError,
  secondsBlocked,
  takeTryBack,
} from '@almanac/domain';
import type { Transaction } from 'kysely';
import type { CommandContext, InTransaction } from '#platform/http';
import type { Tables } from '#tables';

/** Who tries, from where; `knownDevice` when the account signed in from this browser before. */
export interface SignInTry {
  readonly name: string;
  readonly address: string;
  readonly knownDevice: boolean;
}

const system = { kind: 'system', name: 'server' } as const;

/**
 * Counts a try to sign in before it is looked at, so that tries at the same time count each for itself, and a server that is
 * killed in between has counted it.
 *
 * @throws {DomainError} `too-many-requests` while somebody of these may not try; such a try is not counted
 */
export async function beginTry(inTransaction: InTransaction, given: SignInTry): Promise<void> {
  const blocked = await inTransaction({ actor: system, action: null }, async ({ db, now }) => {
    const counters = await lockCounters(db, { ...given, now });
    const holding = counters.filter(({ scope }) => !(given.knownDevice && attemptRules[scope].unknownDevicesOnly));
    const seconds = Math.max(...holding.map(({ counter }) => secondsBlocked(counter, now.getTime())));
    if (seconds > 0) return seconds;
    for (const { scope, key, counter } of counters)
      await save(db, { scope, key, counter: countTry(counter, attemptRules[scope], now.getTime()) });
    return 0;
  });
  if (blocked > 0)
    throw new DomainError({
      code: 'too-many-requests',
      detail: `too many tries to sign in; try again in ${blocked} s, or ask an administrator to lift the block`,
      retryAfter: blocked,
    });
}

/** The try that was counted succeeded: the account is free at this address, and nothing was a failure elsewhere. */
export async function endTryWell(context: CommandContext, given: SignInTry): Promise<void> {
  for (const { scope, key, counter } of await lockCounters(context.db, { ...given, now: context.now })) {
    if (counter === null) continue;
    if (scope === 'account-and-address')
      await context.db.deleteFrom('signInAttempts').where('scope', '=', scope).where('key', '=', key).execute();
    else await save(context.db, { scope, key, counter: takeTryBack(counter, attemptRules[scope]) });
  }
}

interface LockedCounter {
  readonly scope: AttemptScope;
  readonly key: string;
  readonly counter: AttemptCounter | null;
}

/** The rows of a try, always in the same order, so that tries do not wait for each other in a circle. */
async function lockCounters(
  db: Transaction<Tables>,
  given: SignInTry & { readonly now: Date },
): Promise<readonly LockedCounter[]> {
  const [account, address] = [accountKey(given.name), addressKey(given.address)];
  const keys: readonly (readonly [AttemptScope, string])[] = [
    ['account', account],
    ['account-and-address', `${account} ${address}`],
    ['address', address],
    ['server', ''],
  ];
  const locked: LockedCounter[] = [];
  for (const [scope, key] of keys) {
    await db
      .insertInto('signInAttempts')
      .values({ scope, key, failures: 0, since: given.now, blockedUntil: null })
      .onConflict((each) => each.doNothing())
      .execute();
    const row = await db
      .selectFrom('signInAttempts')
      .selectAll()
      .where('scope', '=', scope)
      .where('key', '=', key)
      .forUpdate()
      .executeTakeFirstOrThrow();
    const counter =
      row.failures === 0
        ? null
        : { failures: row.failures, since: row.since.getTime(), blockedUntil: row.blockedUntil?.getTime() ?? null };
    locked.push({ scope, key, counter });
  }
  return locked;
}

async function save(
  db: Transaction<Tables>,
  given: { readonly scope: AttemptScope; readonly key: string; readonly counter: AttemptCounter },
): Promise<void> {
  const { failures, since, blockedUntil } = given.counter;
  await db
    .updateTable('signInAttempts')
    .set({
      failures,
      since: new Date(since),
      blockedUntil: blockedUntil === null ? null : new Date(blockedUntil),
    })
    .where('scope', '=', given.scope)
    .where('key', '=', given.key)
    .execute();
}
